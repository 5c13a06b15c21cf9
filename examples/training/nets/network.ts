/** What the networks have in common. */
import type { tf } from "../framework.js";

/** Images in, a score a class out: batch x side x side x channels to batch x classes. */
export type Network = tf.LayersModel;

/** What a network is made for. */
export interface Images {
  readonly side: number;
  readonly channels: number;
  readonly classes: number;
}

/** Numbers that training changes; the running means and variances of batch normalisation are none. */
export function countParameters(network: Network): number {
  return network.trainableWeights.reduce(
    (total, { shape }) => total + shape.reduce<number>((product, size) => product * size!, 1),
    0,
  );
}
