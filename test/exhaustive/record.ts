/** docs/accuracy/exhaustive.json: what was found, by pair and tier. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../../scripts/wasm/tiers.js";
import type { Tier } from "../../ts/tier.js";
import { BINS, MEASURES, type Measure } from "./measures.js";

export const FILE = join(ROOT, "docs", "accuracy", "exhaustive.json");

/** The command that writes it. */
export const UPDATE = "npm run test:exhaustive";

/** What is kept of a measure. */
export interface MeasureRecord {
  /** y in ulp, others as a fraction of the bound. */
  readonly worst: number;
  /** An input that has it. */
  readonly x: number;
  /** How many inputs each bin has; see measures.ts. */
  readonly counts: readonly number[];
}

/** What was found of a tier that was judged. */
export interface JudgedRecord {
  /** Which kernels these were: the hash of the battery (test/support/battery.ts), as published for the tier. */
  readonly battery: string;
  /** Of all bits of y, dx, h and Q, for every finite input. */
  readonly sha256: string;
  /** Results that are not what they must be to the last bit. */
  readonly inexact: number;
  readonly measures: Readonly<Record<Measure, MeasureRecord>>;
}

/** What was found of a tier: its own, or that all its bits are those of another. */
export type TierRecord = JudgedRecord | { readonly sameBitsAs: Tier };

/** What was found with one alpha and beta. */
export interface PairRecord {
  readonly alpha: number;
  readonly beta: number;
  readonly tiers: Readonly<Partial<Record<Tier, TierRecord>>>;
}

/** The file. */
export type ExhaustiveRecord = readonly PairRecord[];

/** What a worker found of one binade on a tier. Its measures are 0 where it was hashed alone. */
export interface TierChunk {
  readonly tier: Tier;
  readonly inexact: number;
  readonly hashes: readonly number[];
  readonly measures: Readonly<Record<Measure, MeasureRecord>>;
}

/** The hash of all bits, of the chunks of a tier in the order of their exponents. */
export function hashOf(chunks: readonly TierChunk[]): string {
  const sha256 = createHash("sha256");
  for (const { hashes } of chunks) sha256.update(new Uint8Array(Int32Array.from(hashes).buffer));
  return sha256.digest("hex");
}

/** Results that are not what they must be to the last bit. */
export function inexactOf(chunks: readonly TierChunk[]): number {
  return chunks.reduce((sum, { inexact }) => sum + inexact, 0);
}

/** The chunks of a tier, in the order of their exponents, put together. */
export function merge(chunks: readonly TierChunk[], battery: string): JudgedRecord {
  const measures = MEASURES.map((measure) => {
    const counts = new Array<number>(BINS).fill(0);
    let [worst, x] = [-1, 0];
    for (const { measures } of chunks) {
      const chunk = measures[measure];
      for (let k = 0; k < BINS; k++) counts[k]! += chunk.counts[k]!;
      if (chunk.worst > worst) [worst, x] = [chunk.worst, chunk.x];
    }
    return [measure, { worst, x, counts }] as const;
  });
  return {
    battery,
    sha256: hashOf(chunks),
    inexact: inexactOf(chunks),
    measures: Object.fromEntries(measures) as unknown as Record<Measure, MeasureRecord>,
  };
}

/** The record of one pair, if there is one. */
export function recordOfPair(
  record: ExhaustiveRecord,
  [alpha, beta]: readonly [number, number],
): PairRecord | undefined {
  return record.find((pair) => pair.alpha === alpha && pair.beta === beta);
}

export function readRecord(): ExhaustiveRecord {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : [];
}

/** The record with what is new of a pair; what other tiers have there stays. */
export function withPair(
  record: ExhaustiveRecord,
  pair: PairRecord,
  order: readonly string[],
): ExhaustiveRecord {
  const key = ({ alpha, beta }: PairRecord): string => `${alpha}, ${beta}`;
  const before = record.find((other) => key(other) === key(pair));
  const merged = { ...pair, tiers: { ...before?.tiers, ...pair.tiers } };
  return [...record.filter((other) => other !== before), merged].sort(
    (a, b) => order.indexOf(key(a)) - order.indexOf(key(b)),
  );
}

/** The file's text: a line a measure, so that changes can be read. */
export function writeRecord(record: ExhaustiveRecord): void {
  const lines = JSON.stringify(record, undefined, 2).replaceAll(
    /\[\s+([-\d.e+,\s]+?)\s+\]/g,
    (_, numbers: string) => `[${numbers.split(/,\s+/).join(", ")}]`,
  );
  mkdirSync(dirname(FILE), { recursive: true });
  writeFileSync(FILE, `${lines}\n`);
}

/** A tier's own record, or that of the tier whose bits it has. */
export function judged({ tiers }: PairRecord, tier: Tier): JudgedRecord | undefined {
  const found = tiers[tier];
  return found === undefined || "measures" in found
    ? found
    : judged({ tiers } as PairRecord, found.sameBitsAs);
}
