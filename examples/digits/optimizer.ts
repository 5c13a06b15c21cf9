import type { Parameter } from "./layers.js";

const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.999;
const EPSILON = 1e-8;

/** Adam (Kingma and Ba, arXiv 1412.6980, algorithm 1). Returns the function that makes a step. */
export function createAdam(parameters: readonly Parameter[]): (rate: number) => void {
  const moments = parameters.map(({ value }) => ({
    mean: new Float32Array(value.length),
    square: new Float32Array(value.length),
  }));
  let steps = 0;
  return (rate) => {
    steps++;
    const meanScale = 1 / (1 - MEAN_DECAY ** steps);
    const squareScale = 1 / (1 - SQUARE_DECAY ** steps);
    parameters.forEach(({ value, gradient }, p) => {
      const { mean, square } = moments[p];
      for (let i = 0; i < value.length; i++) {
        const g = gradient[i];
        mean[i] += (1 - MEAN_DECAY) * (g - mean[i]);
        square[i] += (1 - SQUARE_DECAY) * (g * g - square[i]);
        value[i] -= (rate * mean[i] * meanScale) / (Math.sqrt(square[i] * squareScale) + EPSILON);
      }
    });
  };
}
