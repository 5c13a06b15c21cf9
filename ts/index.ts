/**
 * sau-simd: the Smooth Activation Unit (arXiv 2109.13210) as a WebAssembly SIMD kernel.
 *
 * `forward` and `backward` work on a default instance, made at the first call; `createSau` makes others.
 *
 * @packageDocumentation
 */
import type { Sau } from "./api.js";
import { createSauSync } from "./sau.js";

export type {
  ArenaTensor,
  BackwardBatchOptions,
  ForwardBatchOptions,
  ForwardOptions,
  Sau,
} from "./api.js";
export { DisposedError, TierUnavailableError } from "./errors.js";
export type { BackwardOptions, GradientOutputs, Gradients, Want } from "./gradients.js";
export type { SauParams } from "./params.js";
export { createSau, createSauSync } from "./sau.js";
export type { SauOptions, Tier, TierReport } from "./tiers.js";

let instance: Sau | undefined;

function defaultSau(): Sau {
  instance ??= createSauSync();
  return instance;
}

/** {@link Sau.forward} of a default instance, made at the first call. */
export const forward: Sau["forward"] = (...args) => defaultSau().forward(...args);

/** {@link Sau.backward} of a default instance, made at the first call. */
export const backward: Sau["backward"] = (...args) => defaultSau().backward(...args);
