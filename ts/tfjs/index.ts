/**
 * sau-simd/tfjs: SAU in TensorFlow.js, as an operation, a layer, an activation's name and an operation of graphs.
 *
 * On the wasm backend the kernels run in its own memory, on its tensors, with no copy; on the cpu backend on its
 * arrays; on any other SAU is composed of TensorFlow.js's operations.
 *
 * @packageDocumentation
 */
import { checkFramework, type GraphNode, type TensorFlow, type TensorOf, type Tf } from "./framework.js";
import { registerKernels } from "./kernels.js";
import { createLayer, type SauLayerArgs } from "./layer.js";
import { createOp, type Op } from "./op.js";

export { DisposedError } from "../errors.js";
export type { Identifier, TensorFlow, TensorOf } from "./framework.js";
export type { SauLayerArgs } from "./layer.js";

/** What makes a tensor, beside a tensor. */
export type TensorLike = number | ArrayBufferView | readonly TensorLike[];

/** A layer of the caller's TensorFlow.js. */
export type LayerOf<T extends TensorFlow> = T extends {
  readonly layers: { readonly prelu: (...args: never[]) => infer Layer };
}
  ? Layer
  : never;

/** What {@link registerSau} returns. */
export interface RegisteredSau<T extends TensorFlow> {
  /**
   * y = alpha x + (1 - alpha) (x Phi(beta x) + phi(beta x) / beta).
   *
   * x is a tensor of any rank, or what makes one; int32 and bool are cast to float32. alpha and beta are numbers
   * (0.15 and 20000 by default), or tensors that broadcast to x. There are gradients of x, and of those parameters
   * that are tensors, of any order; those of second and higher order need an erf of the backend, which wasm has from
   * TensorFlow.js 4.6 on.
   *
   * On the wasm and the cpu backend the values and their bounds are those of `forward` and `backward` of sau-simd,
   * NaN and infinities included. Elsewhere they are as exact as the backend's erf: with TensorFlow.js's own, y is off by
   * at most 3e-7 of max(|x|, 1 / beta) for alpha from 0 to 1; a tensor beta is not checked; and -infinity at alpha = 0
   * gives NaN (test/frameworks/tfjs/op.test.ts). Source: arXiv 2109.13210, section 3.
   *
   * @throws {TypeError} for kinds, dtypes and shapes; {RangeError} for a parameter's value; {DisposedError} for a
   * tensor that was disposed of
   */
  sau(
    x: TensorOf<T> | TensorLike,
    alpha?: TensorOf<T> | TensorLike,
    beta?: TensorOf<T> | TensorLike,
  ): TensorOf<T>;

  /**
   * The layer, class name "Sau", with the weights alpha and, where beta is trained, logBeta.
   *
   * @throws {TypeError} {RangeError} for options that are none, and when it is built for an input that they do not fit
   */
  readonly Sau: (new (args?: SauLayerArgs) => LayerOf<T>) & { readonly className: "Sau" };
}

/** What is registered of each copy of TensorFlow.js, known by its own serialisation map. */
const registered = new WeakMap<object, { sau: Op; Sau?: object }>();

/**
 * Registers SAU with the caller's TensorFlow.js 4: the kernels of the wasm and the cpu backend, the layer "Sau", the
 * activation "sau" for wherever a layer takes an activation's name (with the paper's parameters), and the operation
 * "Sau" of GraphModels, with the inputs x, alpha and beta or the attributes alpha and beta.
 *
 * A second call for the same TensorFlow.js changes nothing and returns the same. Each copy that a program has loaded
 * is registered on its own. Layers and graphs are left out where `tf` has none: `{ ...core, ...layers }` gives it some.
 *
 * @throws {TypeError} for what is no TensorFlow.js
 * @throws {RangeError} for one of another major version than 4
 */
export function registerSau<T extends TensorFlow>(tf: T): RegisteredSau<T> {
  const checked = checkFramework(tf);
  const { SerializationMap } = checked.serialization;
  let known = registered.get(SerializationMap);
  if (known === undefined) {
    registerKernels(checked);
    known = { sau: createOp(checked) };
    registered.set(SerializationMap, known);
  }
  const hasLayers = checked.layers !== undefined && checked.initializers !== undefined;
  if (known.Sau === undefined && hasLayers) known.Sau = registerLayers(checked, known.sau);
  registerGraphOp(checked, known.sau);
  return { Sau: NoLayers, ...known } as unknown as RegisteredSau<T>;
}

/** Stands in for the layer where there are none. */
class NoLayers {
  static readonly className = "Sau";

  constructor() {
    throw new TypeError(
      "The layer Sau needs tf.layers and tf.initializers, which tf did not have: pass all of @tensorflow/tfjs to registerSau.",
    );
  }
}

/** The layer and the activation, as classes that models are saved and loaded by. */
function registerLayers(tf: Tf, sau: Op): object {
  const { serialization } = tf;
  class Activation extends serialization.Serializable {
    static readonly className = "sau";

    apply(x: unknown): unknown {
      return sau(x);
    }

    getConfig(): object {
      return {};
    }
  }
  serialization.registerClass(Activation);
  const Sau = createLayer(tf, sau);
  serialization.registerClass(Sau);
  return Sau;
}

function registerGraphOp(tf: Tf, sau: Op): void {
  tf.registerOp?.("Sau", ({ inputs: [x, alpha, beta], attrs }: GraphNode) =>
    sau(x, alpha ?? attrs.alpha, beta ?? attrs.beta),
  );
}
