/**
 * What every runtime runs: calls of every kind, their results in one hash, and checks of what no hash shows.
 *
 * The harness bundles it to one file of ES2020 that uses nothing of its host but the language and what it is given.
 */

import type * as Package from "../../ts/index.js";
import type { SauPool, SauPoolOptions } from "../../ts/threads/index.js";
import { TIERS } from "../../ts/tier.js";
import { batteryHash, poolBatteryHash, SEED } from "../support/battery.js";
import { type Case, mixedArray, poolResultsOf, type Results, resultsOf } from "../support/cases.js";
import { ResultsHash } from "../support/hash.js";
import { Random } from "../support/random.js";

type Sau = Package.Sau;
type Tier = Package.Tier;

/** The package as an entry exports it. */
export type Entry = Pick<
  typeof Package,
  "backward" | "createSau" | "createSauSync" | "DisposedError" | "forward" | "TierUnavailableError"
>;

/** What else a host has. */
export interface Extras {
  /** Of `sau-simd/threads`. */
  readonly createSauPool?: (options?: SauPoolOptions) => Promise<SauPool>;
  /** The host never settles what it compiles later: without createSau. */
  readonly compilesAtOnceAlone?: boolean;
}

/** What a run found. All of it goes through JSON. */
export interface Found {
  /** The tier that "auto" takes. */
  readonly tier: Tier;
  readonly tierReport: readonly Package.TierReport[];
  /** Of a pool that was asked for two; undefined where none was asked for. */
  readonly threads?: number;
  /** Of that pool. */
  readonly poolReport?: string;
  /** Of the battery's results on that tier (test/support/battery.ts). */
  readonly hash: string;
  /** The same of each tier that runs here when it is asked for by name, fastest first. */
  readonly hashes: Partial<Record<Tier, string>>;
  /** Of the words of all errors. */
  readonly errors: string;
  /** How many checks there were. */
  readonly checks: number;
  /** Those that failed, in words. */
  readonly failures: readonly string[];
}

/** Lengths of a batch. */
const LENGTHS = [0, 1, 3, 23, 24, 25, 48, 101, 1000];
/** From here on a pool's calls go to its workers, and beyond. */
const LARGE = 1_600_000;
const SMALL = 5000;

class Checks {
  count = 0;
  readonly failures: string[] = [];

  that(holds: boolean, what: string): void {
    this.count++;
    if (!holds) this.failures.push(what);
  }
}

// Looked up once: in a vm context every look-up of a global is slow.
const { is } = Object;

function sameBits(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!is(a[i], b[i])) return false;
  return true;
}

/** A copy that begins one element after an aligned address. */
function unaligned(array: Float32Array): Float32Array {
  const copy = new Float32Array(array.length + 1).subarray(1);
  copy.set(array);
  return copy;
}

/** The hash of the battery, with checks of what needs no other hash. */
function hashOf(sau: Sau, checks: Checks): string {
  return batteryHash((call) => {
    const results = resultsOf(sau, call);
    checkWays(sau, call, results, checks);
    return results;
  });
}

function checkWays(sau: Sau, { x, dy, params }: Case, { singles }: Results, checks: Checks): void {
  if (x.length > SMALL) return;
  const y = singles.y!;
  const what = `${sau.tier}, ${x.length} elements`;
  checks.that(sameBits(sau.forward(unaligned(x), params), y), `${what}: the same unaligned`);
  const inPlace = x.slice();
  checks.that(sau.forward(inPlace, params, { out: inPlace }) === inPlace, `${what}: returns out`);
  checks.that(sameBits(inPlace, y), `${what}: the same in place`);
  const tensor = sau.alloc(x.length);
  tensor.array.set(x);
  sau.forward(tensor.array, params, { out: tensor.array });
  checks.that(sameBits(tensor.array, y), `${what}: the same in the arena`);
  tensor.dispose();
  const dx = dy.slice();
  sau.backward(x, dx, params, { want: ["dx"], out: { dx } });
  checks.that(sameBits(dx, singles.dx!), `${what}: dx the same in place`);
}

function checkBatches(sau: Sau, checks: Checks): void {
  const random = new Random(SEED, 1);
  const params = { alpha: 0.15, beta: 1.7 };
  const xs = LENGTHS.map((length) => mixedArray(length, params.beta, "special", random));
  const dys = xs.map(({ length }) => mixedArray(length, 1, "special", random));
  const ys = sau.forwardBatch(xs, params);
  const want = ["dx", "alpha"] as const;
  const gradients = sau.backwardBatch(xs, dys, params, { want });
  for (let i = 0; i < xs.length; i++) {
    const { dx, dAlpha } = sau.backward(xs[i]!, dys[i]!, params, { want });
    checks.that(sameBits(ys[i]!, sau.forward(xs[i]!, params)), `${sau.tier}: a batch gives what calls give`);
    checks.that(sameBits(gradients[i]!.dx, dx), `${sau.tier}: a batch gives the dx that calls give`);
    checks.that(is(gradients[i]!.dAlpha, dAlpha), `${sau.tier}: a batch gives the sums that calls give`);
  }
}

/** What is refused: a call that gets an instance and an output that must stay as it is. */
const MISUSES: readonly ((sau: Sau, out: Float32Array) => unknown)[] = [
  (sau) => sau.forward("x" as never),
  (sau, out) => sau.forward(new Float64Array(4) as never, {}, { out }),
  (sau, out) => sau.forward(new Float32Array(3), {}, { out }),
  (sau, out) => sau.forward(out, { alpha: Number.NaN }, { out }),
  (sau, out) => sau.forward(out, { beta: 0 }, { out }),
  (sau, out) => sau.forward(out, { beta: 1e39 }, { out }),
  (sau, out) => sau.forward(out, { bias: "1" as never }, { out }),
  (sau, out) => sau.forward(out, { alpha: new Float32Array(2) }, { out }),
  (sau, out) => sau.forward(out, { alpha: new Float32Array(2), shape: [2, 2], channelAxis: 2 }, { out }),
  (sau, out) => sau.forward(out, { alpha: new Float32Array(3), shape: [2, 2], channelAxis: 0 }, { out }),
  (sau, out) => sau.backward(out, new Float32Array(3), {}, { out: { dx: out } }),
  (sau, out) => sau.backward(out, out, {}, { want: ["gamma" as never], out: { dx: out } }),
  (sau) => sau.forwardBatch([new Float32Array(1), new Uint8Array(1) as never]),
  (sau) => sau.alloc(-1),
  (sau) => sau.alloc(0.5),
];

/** What `act` throws, or undefined. */
function thrownBy(act: () => unknown): Error | undefined {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  return undefined;
}

function addErrors(hash: ResultsHash, sau: Sau, checks: Checks): void {
  const out = Float32Array.of(1, -2, 3, -4);
  const before = out.slice();
  for (const misuse of MISUSES) {
    const error = thrownBy(() => misuse(sau, out));
    checks.that(error instanceof TypeError || error instanceof RangeError, `${misuse} is refused`);
    checks.that(sameBits(out, before), `${misuse} leaves out as it was`);
    hash.addText(`${error?.name}: ${error?.message}`);
  }
}

function addDisposal(hash: ResultsHash, sau: Sau, { DisposedError }: Entry, checks: Checks): void {
  const tensor = sau.alloc(4);
  tensor.dispose();
  tensor.dispose();
  const kept = sau.alloc(4);
  const errors = [thrownBy(() => tensor.array)];
  sau.dispose();
  sau.dispose();
  errors.push(
    thrownBy(() => sau.forward(new Float32Array(1))),
    thrownBy(() => sau.alloc(1)),
    thrownBy(() => kept.array),
  );
  for (const error of errors) {
    checks.that(error instanceof DisposedError, `${sau.tier}: ${error} is a DisposedError`);
    hash.addText(`${error?.name}: ${error?.message}`);
  }
}

/** The words of all errors, in one hash; the instance is disposed afterwards. */
function errorsOf(sau: Sau, entry: Entry, checks: Checks): string {
  const hash = new ResultsHash();
  addErrors(hash, sau, checks);
  addDisposal(hash, sau, entry, checks);
  return hash.digits;
}

/** The hash of each tier that runs here by name; the others must say why not. Which run is the way's to expect (ways.ts). */
function hashesByTier(entry: Entry, checks: Checks): Partial<Record<Tier, string>> {
  const hashes: Partial<Record<Tier, string>> = {};
  for (const tier of TIERS) {
    let sau: Sau;
    try {
      sau = entry.createSauSync({ tier });
    } catch (error) {
      const isTyped = error instanceof entry.TierUnavailableError && error.tier === tier;
      checks.that(isTyped && error.name === "TierUnavailableError", `${tier} by name throws ${error}`);
      if (!isTyped) continue;
      const { name, message } = (error.cause ?? {}) as Error;
      const says = `The tier "${tier}" cannot run here: ${name}: ${message}.`;
      checks.that(error.message === says, `${tier}: the error has the host's own, found ${error.message}`);
      continue;
    }
    checks.that(sau.tier === tier, `${tier} by name is ${sau.tier}`);
    hashes[tier] = hashOf(sau, checks);
    checkBatches(sau, checks);
  }
  return hashes;
}

/** The report of a choice by "auto": one entry for each tier tried, the last one taken, each with its reason. */
function checkReport({ tier, tierReport }: Sau, checks: Checks): void {
  const tried = tierReport.map((entry) => entry.tier).join();
  checks.that(
    tried === TIERS.slice(0, TIERS.indexOf(tier) + 1).join(),
    `tierReport has ${tried} for ${tier}`,
  );
  for (const { tier: one, available, reason } of tierReport) {
    checks.that(available === (one === tier), `tierReport says whether ${one} was taken`);
    checks.that(reason !== "", `tierReport says why for ${one}`);
  }
}

/** `length` values, the same `SMALL` again and again; none subnormal, which processors take long for. */
function repeated(length: number, random: Random): Float32Array {
  const array = new Float32Array(length);
  array.set(random.array(SMALL, -4, 4));
  for (let filled = SMALL; filled < length; filled *= 2) array.copyWithin(filled, 0, filled);
  return array;
}

async function checkPool(pool: SauPool, sau: Sau, hash: string, checks: Checks): Promise<void> {
  checks.that(pool.tier === sau.tier, `the pool's tier is ${pool.tier}`);
  const random = new Random(SEED, 2);
  // What needs a worker, where there are workers; an interpreter would take long.
  const length = pool.tier === "js" ? SMALL : LARGE;
  const [x, dy] = [repeated(length, random), repeated(length, random)];
  const channels = { alpha: new Float32Array(4).fill(0.25), shape: [length / 4, 4], channelAxis: 1 };
  for (const params of [{ alpha: 0.15, beta: 1.7 }, channels]) {
    const expected = sau.backward(x, dy, params);
    const [y, found] = await Promise.all([pool.forward(x, params), pool.backward(x, dy, params)]);
    checks.that(sameBits(y, sau.forward(x, params)), "the pool's forward gives the same bits");
    checks.that(sameBits(found.dx, expected.dx), "the pool's dx has the same bits");
    const sums = [found.dAlpha, expected.dAlpha].map((sum) => Array.from([sum].flat() as number[]).join());
    checks.that(sums[0] === sums[1], `the pool's sums are ${sums[0]}, one thread's ${sums[1]}`);
  }
  // A pool without workers is the same code as an instance, and an interpreter takes long.
  if (length === LARGE) {
    const found = await poolBatteryHash((call) => poolResultsOf(pool, call));
    checks.that(found === hash, `the pool's hash is ${found}, one thread's ${hash}`);
  }
  const tensor = pool.alloc(length);
  tensor.array.set(x);
  await pool.forward(tensor.array, {}, { out: tensor.array });
  checks.that(sameBits(tensor.array, sau.forward(x)), "the pool gives the same bits in its memory");
  const [first] = await pool.forwardBatch([x.subarray(0, 100)]);
  checks.that(sameBits(first!, sau.forward(x.subarray(0, 100))), "the pool's batches give the same bits");
  const refused = await pool.forward(x, { beta: 0 }).catch((error: unknown) => error);
  checks.that(refused instanceof RangeError, `the pool refuses beta 0 with ${refused}`);
  await checkAbort(pool, x, sau.forward(x), checks);
  const unfinished = pool.forward(x).catch((error: unknown) => error);
  await pool.dispose();
  const late = pool.forward(x).catch((error: unknown) => error);
  // A small call is done before it can be ended.
  for (const error of await Promise.all(length === LARGE ? [unfinished, late] : [late])) {
    checks.that((error as Error).name === "DisposedError", `a disposed pool gives ${error}`);
  }
}

async function checkAbort(pool: SauPool, x: Float32Array, y: Float32Array, checks: Checks): Promise<void> {
  if (typeof AbortController !== "function") return;
  const controller = new AbortController();
  const call = (): Promise<unknown> =>
    pool.forward(x, {}, { signal: controller.signal }).catch((error: unknown) => error);
  const underWay = call();
  controller.abort("enough");
  const ended = await Promise.all(x.length === LARGE ? [underWay, call()] : [call()]);
  checks.that(
    ended.every((reason) => reason === "enough"),
    `aborted calls reject with ${ended}`,
  );
  checks.that(sameBits(await pool.forward(x), y), "after an abort the pool gives the same bits");
}

/** Every way to an instance has the same tier, and `auto` reports what it tried. */
async function checkInstances(entry: Entry, sau: Sau, withPromise: boolean, checks: Checks): Promise<void> {
  checkReport(sau, checks);
  if (withPromise) {
    const promised = await entry.createSau();
    checks.that(promised.tier === sau.tier, `createSau takes ${promised.tier}, createSauSync ${sau.tier}`);
    checkReport(promised, checks);
    promised.dispose();
  }
  const exact = entry.createSauSync({ deterministic: true });
  checks.that(exact.tier !== "relaxed-simd", "deterministic is not relaxed-simd");
  exact.dispose();
  const x = Float32Array.of(-2, -0.5, 0, 0.5, 2);
  const params = { alpha: 0.15, beta: 2 };
  checks.that(sameBits(entry.forward(x, params), sau.forward(x, params)), "forward of the default instance");
  const [found, expected] = [entry.backward(x, x, params), sau.backward(x, x, params)];
  checks.that(sameBits(found.dx, expected.dx), "backward of the default instance");
}

/** Runs everything on the package that an entry exports. */
export async function run(entry: Entry, extras: Extras = {}): Promise<Found> {
  const { createSauPool, compilesAtOnceAlone = false } = extras;
  const checks = new Checks();
  const sau = entry.createSauSync();
  const { tier, tierReport } = sau;
  await checkInstances(entry, sau, !compilesAtOnceAlone, checks);
  const hash = hashOf(sau, checks);
  let ofPool: Pick<Found, "threads" | "poolReport"> = {};
  if (createSauPool !== undefined) {
    const pool = await createSauPool({ threads: 2 });
    ofPool = { threads: pool.threads, poolReport: pool.report };
    await checkPool(pool, sau, hash, checks);
  }
  const errors = errorsOf(sau, entry, checks);
  const hashes = hashesByTier(entry, checks);
  checks.that(hashes[tier] === hash, `${tier} by name gives the same hash`);
  const { count, failures } = checks;
  return { tier, tierReport, ...ofPool, hash, hashes, errors, checks: count, failures };
}
