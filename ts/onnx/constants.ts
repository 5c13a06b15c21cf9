/** Values of alpha and beta, as constants of a model: each once in a graph or function. */
import { isFunction, nodes } from "./bodies.js";
import { constant, encodeField, tensor } from "./encode.js";
import type { Message } from "./message.js";
import type { Model } from "./model.js";
import { FUNCTION, GRAPH } from "./schema.js";

export class Constants {
  readonly #model: Model;
  /** Names by the place of the graph or function, the kind, the dimensions and the values. */
  readonly #names = new Map<string, string>();
  /** Numbers of arrays: to join one's thousands of values for every node takes long. */
  readonly #arrays = new Map<Float32Array, number>();

  constructor(model: Model) {
    this.#model = model;
  }

  /**
   * The name of a constant that the nodes within `root` can use: an initializer of the model's graph, or a node at the
   * start of a function, which has no initializers.
   *
   * Constants of the same number are one, and so are those of the same array; arrays with the same values are not.
   */
  name(root: Message, kind: "alpha" | "beta", values: Float32Array, dims: readonly number[]): string {
    const key = [root.start, kind, dims.join(" "), this.#keyOf(values)].join("|");
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const name = this.#model.freeName(kind);
    this.#names.set(key, name);
    if (isFunction(root)) {
      const [first] = nodes(root);
      root.insert(encodeField(FUNCTION.node, constant(name, values, dims)), first);
    } else {
      root.insert(encodeField(GRAPH.initializer, tensor(name, values, dims)));
    }
    return name;
  }

  #keyOf(values: Float32Array): string {
    if (values.length === 1) return `${values[0]}`;
    let number = this.#arrays.get(values);
    if (number === undefined) {
      number = this.#arrays.size;
      this.#arrays.set(values, number);
    }
    return `array ${number}`;
  }
}
