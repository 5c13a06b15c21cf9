/** The suites by name, in the order in which they run. */
import type { Suite } from "../rows.js";
import { backward } from "./backward.js";
import { batch } from "./batch.js";
import { call } from "./call.js";
import { channels } from "./channels.js";
import { forward } from "./forward.js";
import { onnx } from "./onnx.js";
import { peers } from "./peers.js";
import { sizes } from "./sizes.js";
import { startup } from "./startup.js";
import { tfjs } from "./tfjs.js";
import { threads } from "./threads.js";

/** `call` and `batch` first: see suites/call.ts. */
export const SUITES = {
  call,
  batch,
  forward,
  backward,
  channels,
  threads,
  peers,
  tfjs,
  onnx,
  sizes,
  startup,
} satisfies Record<string, Suite>;

export type SuiteName = keyof typeof SUITES;

export const SUITE_NAMES = Object.keys(SUITES) as SuiteName[];
