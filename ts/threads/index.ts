/**
 * sau-simd/threads: the verbs of sau-simd on worker threads that share a memory.
 *
 * @packageDocumentation
 */
import { inlinedModules } from "../wasm/inlined.js";
import type { SauPool, SauPoolOptions } from "./api.js";
import { startPool } from "./start.js";

export * from "./common.js";

/**
 * A pool of worker threads on the fastest tier that works here. Dispose of it when it is no longer needed; a pool
 * without calls does not keep the process alive.
 *
 * Where there can be no workers (no SharedArrayBuffer, no workers, the js tier, a module of the caller's) the pool
 * has one thread, the calling one, and its report says why.
 *
 * @throws {TierUnavailableError} when the tier asked for by name cannot run here
 * @throws {TypeError} {RangeError} for options that are none; {RangeError} too where the host refuses even one thread
 * its memory
 */
export function createSauPool(options: SauPoolOptions = {}): Promise<SauPool> {
  return startPool(options, inlinedModules);
}
