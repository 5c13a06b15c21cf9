/** The types and errors of every entry with pools. */
export type { ArenaTensor, BackwardBatchOptions, ForwardBatchOptions, ForwardOptions } from "../api.js";
export { DisposedError, TierUnavailableError } from "../errors.js";
export type { BackwardOptions, GradientOutputs, Gradients, Want } from "../gradients.js";
export type { SauParams } from "../params.js";
export type { SauOptions, Tier, TierReport } from "../tiers.js";
export type { Abortable, SauPool, SauPoolOptions } from "./api.js";
