/** The shipped modules, instantiated bare: kernels on an arena, without the verbs around them. */
import { readFileSync } from "node:fs";
import { Arena, INITIAL_PAGES } from "../ts/memory/arena.js";
import { writeConstants } from "../ts/memory/block.js";
import type { KernelExports } from "../ts/wasm/kernels.js";

export interface BareModule {
  readonly tier: string;
  readonly arena: Arena;
  readonly kernels: KernelExports;
}

/** The module of a tier, or undefined where the engine refuses it. */
export function bareModule(tier: "relaxed-simd" | "simd128" | "scalar"): BareModule | undefined {
  const bytes = readFileSync(new URL(`../ts/wasm/${tier}.wasm`, import.meta.url));
  const memory = new WebAssembly.Memory({ initial: INITIAL_PAGES });
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { [tier]: { memory } });
    const arena = new Arena(memory);
    writeConstants(arena);
    return { tier, arena, kernels: exports as unknown as KernelExports };
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return undefined;
    throw error;
  }
}
