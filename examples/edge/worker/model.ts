/**
 * Trained parameters in few bytes: whole numbers from -127 to 127, and for each tensor the factor that makes
 * them its values again.
 */
import type { Parameter } from "../../digits/layers.js";

/** What model.json holds. */
export interface Model {
  /** The beta that it was trained with. */
  readonly beta: number;
  /** In the order of the network's parameters. */
  readonly tensors: readonly Tensor[];
}

interface Tensor {
  readonly scale: number;
  readonly values: readonly number[];
}

const LARGEST = 127;

/** The parameters as a model, each value off by half of its tensor's scale at most. */
export function quantize(beta: number, parameters: readonly Parameter[]): Model {
  const tensors = parameters.map(({ value }) => {
    const scale = value.reduce((most, v) => Math.max(most, Math.abs(v)), 0) / LARGEST;
    return { scale, values: Array.from(value, (v) => (scale === 0 ? 0 : Math.round(v / scale))) };
  });
  return { beta, tensors };
}

/**
 * Sets the parameters to a model's values.
 *
 * @throws {Error} when the model is of another network
 */
export function restore({ tensors }: Model, parameters: readonly Parameter[]): void {
  const lengths = (arrays: readonly ArrayLike<number>[]) => arrays.map(({ length }) => length).join(", ");
  const given = lengths(tensors.map(({ values }) => values));
  const expected = lengths(parameters.map(({ value }) => value));
  if (given !== expected) {
    throw new Error(`the model's tensors have ${given} values, this network's ${expected}`);
  }
  parameters.forEach(({ value }, p) => {
    const { scale, values } = tensors[p];
    value.set(values.map((v) => v * scale));
  });
}
