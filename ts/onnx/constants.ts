/** Values of alpha and beta, as constants of a model: each once in a graph or function. */
import { isFunction, nodes } from "./bodies.js";
import { constant, encodeField, tensor } from "./encode.js";
import type { Message } from "./message.js";
import type { Model } from "./model.js";
import { FUNCTION, GRAPH } from "./schema.js";

export class Constants {
  readonly #model: Model;
  /** Names by the place of the graph or function, the kind and the values. */
  readonly #names = new Map<string, string>();

  constructor(model: Model) {
    this.#model = model;
  }

  /**
   * The name of a constant that the nodes within `root` can use: an initializer of the model's graph, or a node at the
   * start of a function, which has no initializers.
   */
  name(root: Message, kind: "alpha" | "beta", values: Float32Array, dims: readonly number[]): string {
    const key = [root.start, kind, dims.join(" "), values.join(" ")].join("|");
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
}
