/** The types and errors of every entry with the verbs of a Sau. */
export type {
  ArenaTensor,
  BackwardBatchOptions,
  ForwardBatchOptions,
  ForwardOptions,
  Sau,
} from "../api.js";
export { DisposedError, TierUnavailableError } from "../errors.js";
export type { BackwardOptions, GradientOutputs, Gradients, Want } from "../gradients.js";
export type { SauParams } from "../params.js";
export type { SauOptions, Tier, TierReport } from "../tiers.js";
