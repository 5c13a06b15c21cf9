/**
 * What `npm run test:exhaustive` recorded still holds: no input of a part that differs from run to run, and none near
 * a worst one, has a larger error than the record says, and each worst one has just that error; and the record is
 * within the contract.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Tier } from "../../ts/tier.js";
import { inlinedModules } from "../../ts/wasm/inlined.js";
import { LIMITS, MEASURES } from "../exhaustive/measures.js";
import { BLOCK, TierOutputs, terms } from "../exhaustive/outputs.js";
import { nameOf, PAIRS, rounded } from "../exhaustive/pairs.js";
import { type JudgedRecord, judged, type PairRecord, readRecord, UPDATE } from "../exhaustive/record.js";
import { DOCUMENTS, filled } from "../exhaustive/tables.js";
import { INFINITE, isExact, Walk } from "../exhaustive/walk.js";
import { bitsOf } from "../support/numbers.js";
import { published } from "../support/published.js";
import { Random } from "../support/random.js";
import { availableTiers } from "../support/tiers.js";

/** Another one in each run: no error may exceed what all inputs have. */
const seed = Number(process.env.SAU_TEST_SEED ?? Date.now() % 2 ** 31);
const howToRepeat = `repeat with SAU_TEST_SEED=${seed}`;
console.log(`The strided part's ${howToRepeat}`);

/** Magnitudes of the strided part, for each pair. */
const STRIDED = 64 * BLOCK;
/** Floats on either side of a worst one. */
const NEAR = 2 ** 12;

const record = readRecord();
const tiers = availableTiers();
const recorded = record.map((pair) => [nameOf([pair.alpha, pair.beta]), pair] as const);
const stale = `The record is of kernels with other bits. Where that is meant: ${UPDATE}`;

const walk = new Walk(tiers, inlinedModules);

/** The records of the tiers that are judged, as the walk has them. */
function recordOf(pair: PairRecord): readonly JudgedRecord[] {
  return walk.found.map(({ tier }) => judged(pair, tier)!);
}

function expectWithin(pair: PairRecord, what: string): void {
  for (const [k, { tier, tallies, inexact }] of walk.found.entries()) {
    expect.soft(inexact, `${tier}: exact results, ${what}`).toBe(0);
    for (const measure of MEASURES) {
      const { worst, x } = tallies[measure];
      const message = `${measure} on ${tier} at x ${x}, ${what}. ${stale}`;
      expect.soft(worst, message).toBeLessThanOrEqual(recordOf(pair)[k]!.measures[measure].worst);
    }
  }
}

/** The bits of a float32's magnitude. */
function magnitude(x: number): number {
  return bitsOf(Float32Array.of(Math.abs(x)))[0]!;
}

describe.each(recorded)("alpha, beta %s", (name, pair) => {
  const given = rounded([pair.alpha, pair.beta]);

  test("the record is of these kernels and every input, and within the bounds", () => {
    for (const tier of Object.keys(pair.tiers) as Tier[]) {
      const found = judged(pair, tier)!;
      const { exact, "relaxed-simd": relaxed } = published();
      expect.soft(found.battery, `${tier}. ${stale}`).toBe(tier === "relaxed-simd" ? relaxed.V8 : exact);
      expect.soft(found.inexact, tier).toBe(0);
      for (const measure of MEASURES) {
        const { worst, counts } = found.measures[measure];
        expect.soft(worst, `${measure} on ${tier}`).toBeLessThanOrEqual(LIMITS[measure]);
        expect(counts.reduce((sum, count) => sum + count)).toBe(2 * INFINITE);
      }
    }
  });

  test("a part that differs from run to run", () => {
    const step = Math.floor(INFINITE / STRIDED);
    walk.begin(given);
    walk.walk(
      new Random(
        seed,
        PAIRS.findIndex((other) => nameOf(other) === name),
      ).below(step),
      STRIDED / BLOCK,
      step,
    );
    expectWithin(pair, howToRepeat);
  });

  test("the neighbourhood of every worst input", () => {
    walk.begin(given);
    const judges = recordOf(pair);
    const places = judges.flatMap(({ measures }) =>
      MEASURES.map((measure) => magnitude(measures[measure].x)),
    );
    for (const at of new Set(places)) {
      const first = Math.min(Math.max(at - NEAR, 0), INFINITE - 2 * NEAR);
      walk.walk(first, (2 * NEAR) / BLOCK);
    }
    expectWithin(pair, "near a worst one");
    for (const [k, { tier, tallies }] of walk.found.entries()) {
      for (const measure of MEASURES) {
        const { worst } = judges[k]!.measures[measure];
        expect.soft(tallies[measure].worst, `${measure} on ${tier}: the worst. ${stale}`).toBe(worst);
      }
    }
  });
});

test("a tier that is hashed alone has the hash of the one that is judged, unless a bit differs", () => {
  const exact = tiers.filter(isExact);
  const [judge, hashing] = [new Walk(["simd128"], inlinedModules), new Walk([], inlinedModules, exact)];
  // Not so near 0 that all results are the same.
  const first = magnitude(0.1) + new Random(seed).below(2 ** 24);
  for (const walk of [judge, hashing]) {
    walk.begin(rounded([0.15, 1.7]));
    walk.walk(first, 1);
  }
  expect(hashing.found.map(({ tier }) => tier)).toEqual(exact);
  for (const { tier, hashes } of hashing.found)
    expect(hashes, `${tier}; ${howToRepeat}`).toEqual(judge.found[0]!.hashes);

  // A magnitude further, all but one of the results are the same.
  hashing.begin(rounded([0.15, 1.7]));
  hashing.walk(first + 1, 1);
  expect(hashing.found[0]!.hashes).not.toEqual(judge.found[0]!.hashes);
});

test("the record is of pairs of the list, each with the tiers that are judged", () => {
  const names = recorded.map(([name]) => name);
  expect(names).toEqual(PAIRS.map(nameOf).filter((name) => names.includes(name)));
  for (const [name, { tiers }] of recorded) {
    expect(Object.keys(tiers), name).toEqual(expect.arrayContaining(["simd128", "relaxed-simd"]));
  }
});

test.each(tiers)("the terms on %s are the gradients of arrays of one element", (tier) => {
  const outputs = new TierOutputs(tier, inlinedModules);
  const [ofAlpha, ofBeta] = [new Float64Array(2 * BLOCK), new Float64Array(2 * BLOCK)];
  for (const [k, given] of PAIRS.entries()) {
    const pair = rounded(given);
    outputs.setPair(pair);
    const step = Math.floor(INFINITE / BLOCK);
    outputs.evaluate(new Random(seed, k).below(step), step);
    terms(pair, outputs, ofAlpha, ofBeta);
    const differing = outputs.x.findIndex((x, i) => {
      const { dAlpha, dBeta } = outputs.alone(x);
      return dAlpha !== ofAlpha[i] || dBeta !== ofBeta[i]; // to the bit, but for the sign of 0
    });
    const message = `x ${outputs.x[differing]}, alpha and beta ${nameOf(given)}; ${howToRepeat}`;
    expect(differing, message).toBe(-1);
  }
});

test.each(DOCUMENTS)("the table in %s is that of the record", (file, part, make) => {
  expect(readFileSync(file, "utf8"), `npm run test:exhaustive -- --tables`).toBe(
    filled(file, part, make(record)),
  );
});
