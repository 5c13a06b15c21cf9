/** sau-simd for workerd: the modules are compiled by the host, before the program runs. */
import { importedModules } from "../wasm/imported.js";
import { entryOn } from "./entry.js";

export * from "./common.js";

export const { createSau, createSauSync, forward, backward } = /* @__PURE__ */ entryOn(importedModules);
