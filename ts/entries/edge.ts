/** sau-simd for edge-light hosts and unwasm: the modules are compiled by the host, before the program runs. */
import { importedWithoutRelaxed } from "../wasm/imported-without-relaxed.js";
import { entryOn } from "./entry.js";

export * from "./common.js";

export const { createSau, createSauSync, forward, backward } =
  /* @__PURE__ */ entryOn(importedWithoutRelaxed);
