/** A Sau on a memory that is another's, as TensorFlow.js lends its own (ts/tfjs/stores/wasm.ts). */
import type { Sau } from "../../ts/index.js";
import { Arena } from "../../ts/memory/arena.js";
import { CACHE_LINE, roundUp, workspaceAt } from "../../ts/memory/workspace.js";
import { sauOn } from "../../ts/sau.js";
import { MOST_PAGES, sharedModules } from "../../ts/threads/shared-module.js";
import type { WasmTier } from "../../ts/tier.js";
import { startSync } from "../../ts/tiers.js";
import { inlinedModules } from "../../ts/wasm/inlined.js";

const PAGE = 65536;

/** Bytes of the owner's on each side of the workspace. */
const ROOM = PAGE;

/** A Sau in somebody else's memory. */
export interface Lodger {
  readonly sau: Sau;
  readonly memory: WebAssembly.Memory;
  /** Where the workspace begins and ends; all other bytes are the owner's. */
  readonly from: number;
  readonly to: number;
  /** Takes the memory's views anew, as the adapter does before each call. */
  refresh(): void;
}

/** Starts a tier in a memory with room before and behind its workspace. */
export function lodge(tier: WasmTier, shared = false): Lodger {
  const from = roundUp(ROOM, CACHE_LINE);
  const at = workspaceAt(from);
  const initial = Math.ceil((at.end + ROOM) / PAGE);
  const memory = new WebAssembly.Memory(shared ? { initial, maximum: MOST_PAGES, shared } : { initial });
  const modules = shared ? sharedModules(inlinedModules) : inlinedModules;
  const running = startSync({ tier }, modules, () => new Arena(memory, at, false));
  return { sau: sauOn(running), memory, from, to: at.end, refresh: () => running.arena.refresh() };
}
