/** Where weights start: the same for every activation, from the seed of the run alone. */
import { tf } from "../framework.js";

type Initializer = ReturnType<typeof tf.initializers.randomNormal>;

/** Starting values, layer after layer. */
export interface InitialWeights {
  /** Normal, of deviation sqrt(2 / inputs), inputs being how many numbers a sum has (He et al., arXiv 1502.01852). */
  he(inputs: number): Initializer;
}

/** Each call of `he` has a seed of its own, made of `seed` and how many calls there were. */
export function initialWeights(seed: number): InitialWeights {
  let layers = 0;
  return {
    he: (inputs) =>
      tf.initializers.randomNormal({
        mean: 0,
        stddev: Math.sqrt(2 / inputs),
        seed: seed * MOST_LAYERS + ++layers,
      }),
  };
}

/** More than any network here has, so that no two layers of any two runs share a seed. */
const MOST_LAYERS = 1000;
