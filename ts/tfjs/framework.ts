/**
 * What is used of TensorFlow.js, which is always the caller's own: it is never imported, so that a program with
 * two copies of it has SAU on both, and one that has none needs no types of it.
 */
import { describe } from "../errors.js";

/** The major version of tfjs-core that this works with. */
const MAJOR = "4";

/** TensorFlow.js as a caller has it: `import * as tf from "@tensorflow/tfjs"`, or the parts of it. */
export interface TensorFlow {
  /** The version of tfjs-core. */
  readonly version_core: string;
  readonly tensor: (...args: never[]) => unknown;
}

/** A tensor of the caller's TensorFlow.js. */
export type TensorOf<T extends TensorFlow> = ReturnType<T["tensor"]>;

/** What backends handle in place of tensors. */
export interface TensorInfo {
  readonly dataId: object;
  readonly shape: number[];
  readonly dtype: string;
}

/** A tensor. */
export interface Tensor extends TensorInfo {
  readonly isDisposed: boolean;
  dataSync(): ArrayLike<number>;
  dispose(): void;
}

/** What a kernel is called with. */
export interface KernelCall {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: object;
}

/** A kernel of one backend. */
export interface KernelConfig {
  readonly kernelName: string;
  readonly backendName: string;
  readonly kernelFunc: (call: KernelCall) => TensorInfo | TensorInfo[];
}

/** A value, and the gradients of the tensors that it was computed from. */
export interface Differentiable {
  value: Tensor;
  gradFunc: (dy: Tensor, saved: Tensor[]) => Tensor[];
}

/** What `customGrad` is given: takes the tensors, then a function that saves tensors for the gradient. */
type CustomGrad = (...args: (Tensor | ((saved: Tensor[]) => void))[]) => Differentiable;

/** An initialiser, a regulariser or a constraint of a layer: its own object, its name or its configuration. */
export type Identifier = object | string | null;

/** A variable of a layer. */
export interface LayerVariable {
  readonly shape: number[];
  read(): Tensor;
}

/** The layer that SAU's is made from. */
export interface PReluLayer {
  /** What an input has to be, from when the layer was built: the size of each of `axes`. */
  readonly inputSpec: readonly { readonly axes: Record<number, number | null> }[];
  sharedAxes: number[] | null;
  readonly alpha: LayerVariable;
  readonly alphaRegularizer: object | null;
  readonly alphaConstraint: object | null;
  addWeight(
    name: string,
    shape: number[],
    dtype: "float32",
    initializer: object,
    regularizer: object | null,
    trainable: boolean,
    constraint: object | null,
  ): LayerVariable;
  build(inputShape: unknown): void;
  call(inputs: Tensor | Tensor[], kwargs: unknown): Tensor;
  getConfig(): Record<string, unknown>;
}

/** The constructor of a class that can be saved and loaded. */
export interface SerializableClass {
  readonly className: string;
}

/** The functions that are used; those of tfjs-layers and tfjs-converter may be missing. */
export interface Tf extends TensorFlow {
  readonly tensor: (values: unknown, shape?: number[], dtype?: string) => Tensor;
  // biome-ignore lint/complexity/noBannedTypes: what stands on the right of instanceof
  readonly Tensor: Function;
  tidy<Result>(name: string, compute: () => Result): Result;
  cast(x: Tensor, dtype: "float32"): Tensor;
  customGrad(f: CustomGrad): (...tensors: Tensor[]) => Tensor;
  getBackend(): string;
  getKernel(kernel: string, backend: string): KernelConfig | undefined;
  registerKernel(config: KernelConfig): void;
  unregisterKernel(kernel: string, backend: string): void;
  engine(): {
    /** Whether operations are recorded, to be differentiated. */
    isTapeOn(): boolean;
    runKernel(
      name: string,
      inputs: Record<string, Tensor>,
      attrs: Record<string, unknown>,
    ): Tensor | Tensor[];
  };
  readonly broadcast_util: { getReductionAxes(shape: number[], broadcast: number[]): number[] };
  readonly backend_util: BackendUtil;
  readonly serialization: {
    readonly SerializationMap: object;
    readonly Serializable: new () => object;
    registerClass(cls: SerializableClass): void;
  };
  readonly layers?: { prelu(args: object): PReluLayer };
  readonly initializers?: { constant(args: { value: number }): object };
  readonly registerOp?: (name: string, op: (node: GraphNode) => Tensor) => void;

  add(a: Tensor | number, b: Tensor | number): Tensor;
  sub(a: Tensor | number, b: Tensor | number): Tensor;
  mul(a: Tensor | number, b: Tensor | number): Tensor;
  pow(a: Tensor, b: number): Tensor;
  minimum(a: Tensor, b: number): Tensor;
  square(x: Tensor): Tensor;
  exp(x: Tensor): Tensor;
  erf(x: Tensor): Tensor;
  sum(x: Tensor, axes: number[]): Tensor;
  reshape(x: Tensor, shape: number[]): Tensor;
  transpose(x: Tensor, permutation: number[]): Tensor;
  reverse(x: Tensor, axes: number[]): Tensor;
  slice(x: Tensor, begin: number[], size: number[]): Tensor;
  pad(x: Tensor, paddings: [number, number][]): Tensor;
  conv2d: Convolution;
  depthwiseConv2d: Convolution;
}

type Convolution = (
  x: Tensor,
  filter: Tensor,
  strides: number,
  pad: "valid",
  dataFormat: "NHWC",
  dilations: [number, number],
) => Tensor;

/** What the executor of a GraphModel hands to an operation. */
export interface GraphNode {
  readonly inputs: Tensor[];
  readonly attrs: Readonly<Record<string, unknown>>;
}

/** How a window moves over an image; of what `computeConv2DInfo` and `computePool2DInfo` return. */
export interface WindowInfo {
  readonly batchSize: number;
  readonly inHeight: number;
  readonly inWidth: number;
  readonly inChannels: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly strideHeight: number;
  readonly strideWidth: number;
  readonly filterHeight: number;
  readonly filterWidth: number;
  readonly effectiveFilterHeight: number;
  readonly effectiveFilterWidth: number;
  readonly padInfo: { readonly top: number; readonly left: number };
}

interface BackendUtil {
  computeConv2DInfo(
    x: number[],
    filter: number[],
    strides: unknown,
    dilations: unknown,
    pad: unknown,
    roundingMode: unknown,
  ): WindowInfo;
  computePool2DInfo(
    x: number[],
    filterSize: unknown,
    strides: unknown,
    dilations: unknown,
    pad: unknown,
    roundingMode: unknown,
  ): WindowInfo;
}

/**
 * Checks that `tf` is a TensorFlow.js that this works with.
 *
 * @throws {TypeError} for what is none
 * @throws {RangeError} for another major version
 */
export function checkFramework(tf: unknown): Tf {
  const { version_core: version, engine } = (tf ?? {}) as Partial<Tf>;
  if (typeof version !== "string" || typeof engine !== "function") {
    throw new TypeError(
      `tf is ${describe(tf)}, expected TensorFlow.js: all that the package @tensorflow/tfjs exports.`,
    );
  }
  if (version.split(".")[0] !== MAJOR) {
    throw new RangeError(`tf is version ${describe(version)} of TensorFlow.js, expected ${MAJOR}.x.`);
  }
  return tf as Tf;
}
