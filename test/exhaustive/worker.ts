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
  readonly modules: Readonly<Record<WasmTier, Uint8Array<ArrayBuffer>>>;
}

/** Something to do: the magnitudes of one exponent, of both signs. */
export interface Job {
  readonly pair: Pair;
  readonly exponent: number;
  /** What is judged and compared, and what is hashed alone. */
  readonly tiers: readonly Tier[];
  readonly hashed: readonly Tier[];
}

/** Bit patterns of one exponent. */
const BINADE = 2 ** 23;

const { modules } = workerData as WorkerData;
/** By the tiers that it walks. */
const walks = new Map<string, Walk>();

function walkOf({ tiers, hashed }: Job): Walk {
  const key = [tiers, hashed].join(" ");
  const walk = walks.get(key) ?? new Walk(tiers, (tier) => modules[tier], hashed);
  walks.set(key, walk);
  return walk;
}

parentPort!.on("message", (job: Job) => {
  const { pair, exponent } = job;
  const walk = walkOf(job);
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
