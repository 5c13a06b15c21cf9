/** The program of a worker thread: walks binades, one message each. */
import { parentPort, workerData } from "node:worker_threads";
import type { Tier, WasmTier } from "../../ts/tier.js";
import type { Pair } from "../support/oracle.js";
import { MEASURES } from "./measures.js";
import { BLOCK } from "./outputs.js";
import type { TierChunk } from "./record.js";
import { type Found, Walk } from "./walk.js";

/** What a worker is made with. */
export interface WorkerData {
  readonly tiers: readonly Tier[];
  readonly modules: Readonly<Record<WasmTier, WebAssembly.Module>>;
}

/** Something to do: the magnitudes of one exponent, of both signs. */
export interface Job {
  readonly pair: Pair;
  readonly exponent: number;
}

/** Bit patterns of one exponent. */
const BINADE = 2 ** 23;

const { tiers, modules } = workerData as WorkerData;
const walk = new Walk(tiers, (tier) => modules[tier]);

parentPort!.on("message", ({ pair, exponent }: Job) => {
  walk.begin(pair);
  walk.walk(exponent * BINADE, BINADE / BLOCK);
  parentPort!.postMessage(walk.found.map(chunkOf));
});

function chunkOf({ tier, tallies, inexact, hashes }: Found): TierChunk {
  const measures = MEASURES.map((measure) => {
    const { worst, x, counts } = tallies[measure];
    return [measure, { worst, x, counts }] as const;
  });
  return {
    tier,
    inexact,
    hashes: [...hashes],
    measures: Object.fromEntries(measures) as unknown as TierChunk["measures"],
  };
}
