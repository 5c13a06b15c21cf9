/** Whether a kernel is there and right: a small problem, and its answer. */
import type { KernelCall, Tensor, TensorInfo, Tf } from "../framework.js";

/** A tensor's shape and its values. */
type Values = readonly [shape: readonly number[], values: readonly number[]];

/** An image of 3 x 3, whose values tell the places apart. */
export const IMAGE: Values = [
  [1, 3, 3, 1],
  [1, 2, 3, 4, 5, 6, 7, 8, 9],
];

/** A problem whose answer float32 holds exactly. */
export interface Problem {
  readonly inputs: Readonly<Record<string, Values>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly answer: readonly number[];
}

/** A kernel that may have to be registered. */
export interface Needed {
  readonly name: string;
  readonly problem: Problem;
  compute(tf: Tf, call: KernelCall): TensorInfo;
}

/** Whether the kernel of the backend that is set gives the answer. One that is missing, or throws, does not. */
export function isRight(tf: Tf, name: string, { inputs, attrs, answer }: Problem): boolean {
  let found: ArrayLike<number> = [];
  try {
    tf.tidy("probe", () => {
      const tensors = Object.entries(inputs).map(
        ([input, [shape, values]]) => [input, tf.tensor(values, [...shape])] as const,
      );
      const result = tf.engine().runKernel(name, Object.fromEntries(tensors), { ...attrs }) as Tensor;
      found = result.dataSync();
    });
  } catch {
    // Nothing was found.
  }
  return found.length === answer.length && answer.every((value, i) => found[i] === value);
}
