/** sau-simd/threads for workerd: pools of the calling thread, with modules that the host has compiled. */
import { importedModules } from "../wasm/imported.js";
import type { SauPool, SauPoolOptions } from "./api.js";
import { startPool } from "./start.js";

export * from "./common.js";

/** As of sau-simd/threads. */
export function createSauPool(options: SauPoolOptions = {}): Promise<SauPool> {
  return startPool(options, importedModules);
}
