/**
 * `npm run test:exhaustive`: every float32 input, with 16 pairs of alpha and beta, on every tier. Writes
 * docs/accuracy/exhaustive.json and the tables that are made of it.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { moduleFile, OUTPUT, ROOT } from "../../scripts/wasm/tiers.js";
import { bundle } from "../../scripts/worker-source.js";
import { sauOn } from "../../ts/sau.js";
import { TIERS, type Tier, WASM_TIERS } from "../../ts/tier.js";
import { startSync } from "../../ts/tiers.js";
import { batteryHash } from "../support/battery.js";
import { resultsOf } from "../support/cases.js";
import { LIMITS, MEASURES } from "./measures.js";
import { nameOf, PAIRS, rounded } from "./pairs.js";
import {
  hashOf,
  inexactOf,
  type JudgedRecord,
  judged,
  merge,
  readRecord,
  recordOfPair,
  type TierChunk,
  type TierRecord,
  withPair,
  writeRecord,
} from "./record.js";
import { writeTables } from "./tables.js";
import { isExact } from "./walk.js";
import type { Job, WorkerData } from "./worker.js";

const HELP = `Usage: npm run test:exhaustive [-- OPTIONS]

Walks all float32 inputs and writes docs/accuracy/exhaustive.json. What was interrupted goes on where it was, and what is
recorded of these kernels already is not walked again: simd128, scalar and js have one hash of all bits, so that of the
three one is held to the oracle, and the others to its hash.

  --pair ALPHA,BETA   this pair alone, again for more: ${PAIRS.map((pair) => pair.join(",")).join(" ")}
  --tier TIER         this tier alone, again for more: ${TIERS.join(" ")}
  --threads N         so many workers; default: all that the machine runs at once
  --fresh             begins anew, and compares value by value instead of hashes
  --tables            writes the tables alone
  --help              this text`;

/** Where interrupted walks go on. */
const UNFINISHED = join(ROOT, "target", "exhaustive");

/** Exponents of float32, the last one that of infinity and NaN. */
const EXPONENTS = 256;
/** Inputs of an exponent, with both signs. */
const INPUTS = 2 ** 24;

/** Exponents in an order in which those that take long and those that do not alternate: with their bits reversed. */
const ORDER = Array.from({ length: EXPONENTS }, (_, k) =>
  Number.parseInt([...k.toString(2).padStart(8, "0")].reverse().join(""), 2),
);

interface Task extends Job {
  readonly walk: PairWalk;
}

/** What has to be done of a pair. */
interface Plan {
  /** Judged, and compared with those that are. */
  readonly tiers: readonly Tier[];
  /** Held to a hash that is recorded. */
  readonly hashed: readonly Tier[];
  /** The tier whose hash that is. */
  readonly leader: Tier | undefined;
}

/** What is left to do of a pair, of the tiers that were asked for. */
function planOf(
  given: readonly [number, number],
  batteries: ReadonlyMap<Tier, string>,
  fresh: boolean,
): Plan {
  const asked = [...batteries.keys()];
  const pair = fresh ? undefined : recordOfPair(readRecord(), given);
  if (pair === undefined) return { tiers: asked, hashed: [], leader: undefined };
  const isRecorded = (tier: Tier, battery: string | undefined): boolean =>
    battery !== undefined && judged(pair, tier)?.battery === battery;
  const left = asked.filter((tier) => !isRecorded(tier, batteries.get(tier)));
  const hashed = left.filter(isExact);
  const leader = TIERS.find((tier) => isExact(tier) && "measures" in (pair.tiers[tier] ?? {}));
  if (leader === undefined || !isRecorded(leader, batteries.get(hashed[0] ?? leader)))
    return { tiers: left, hashed: [], leader: undefined };
  return { tiers: left.filter((tier) => !isExact(tier)), hashed, leader };
}

/** A pair under way: what is done of it, and a file of that. */
class PairWalk {
  readonly chunks = new Map<number, readonly TierChunk[]>();
  readonly #file: string;
  readonly #fingerprint: string;

  constructor(
    readonly given: readonly [number, number],
    readonly plan: Plan,
    program: string,
    fresh: boolean,
  ) {
    this.#fingerprint = [program, plan.tiers, plan.hashed].join(" ");
    this.#file = join(UNFINISHED, `${given.join("_")}.jsonl`);
    if (fresh) rmSync(this.#file, { force: true });
    if (!existsSync(this.#file)) return;
    for (const line of readFileSync(this.#file, "utf8").split("\n")) {
      const entry = parsed(line);
      if (entry?.fingerprint === this.#fingerprint) this.chunks.set(entry.exponent, entry.found);
    }
  }

  get tasks(): Task[] {
    const left = ORDER.filter((exponent) => !this.chunks.has(exponent));
    const { tiers, hashed } = this.plan;
    return left.map((exponent) => ({ walk: this, pair: rounded(this.given), exponent, tiers, hashed }));
  }

  take(exponent: number, found: readonly TierChunk[]): void {
    this.chunks.set(exponent, found);
    appendFileSync(this.#file, `${JSON.stringify({ fingerprint: this.#fingerprint, exponent, found })}\n`);
  }

  get isDone(): boolean {
    return this.chunks.size === EXPONENTS;
  }

  /**
   * Puts the pair into the record.
   *
   * @throws {Error} where a tier that was hashed has other bits than the record
   */
  finish(batteries: ReadonlyMap<Tier, string>): Partial<Record<Tier, TierRecord>> {
    const inOrder = Array.from({ length: EXPONENTS }, (_, exponent) => this.chunks.get(exponent)!);
    const { tiers, hashed } = this.plan;
    const found: Partial<Record<Tier, TierRecord>> = {};
    for (const [k, { tier }] of inOrder[0]!.entries()) {
      const chunks = inOrder.map((chunk) => chunk[k]!);
      found[tier] = hashed.includes(tier)
        ? this.#checkHash(tier, chunks)
        : merge(chunks, batteries.get(tier)!);
    }
    const leader = tiers.find((tier) => tier in found && isExact(tier))!;
    for (const tier of tiers) found[tier] ??= { sameBitsAs: leader };
    const [alpha, beta] = this.given;
    writeRecord(withPair(readRecord(), { alpha, beta, tiers: found }, PAIRS.map(nameOf)));
    rmSync(this.#file);
    return found;
  }

  #checkHash(tier: Tier, chunks: readonly TierChunk[]): TierRecord {
    const leader = this.plan.leader!;
    const expected = judged(recordOfPair(readRecord(), this.given)!, leader)!.sha256;
    const inexact = inexactOf(chunks);
    if (hashOf(chunks) !== expected || inexact > 0) {
      const pair = `--pair=${this.given.join(",")}`;
      throw new Error(
        `alpha ${this.given[0]}, beta ${this.given[1]}: ${tier} has other bits than ${leader}, or ${inexact} results ` +
          `that are not exact. Where: npm run test:exhaustive -- --fresh --tier ${leader} --tier ${tier} ${pair}`,
      );
    }
    return { sameBitsAs: leader };
  }
}

/** A line of a file that may have been cut off. */
function parsed(line: string): { fingerprint: string; exponent: number; found: TierChunk[] } | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** How far it is, on standard error: a line that changes on a terminal, one a minute elsewhere. */
class Progress {
  readonly #start = performance.now();
  #shown = Number.NEGATIVE_INFINITY;
  #done = 0;

  constructor(
    readonly total: number,
    readonly threads: number,
  ) {}

  add({ walk, exponent }: Task): void {
    this.#done++;
    const now = performance.now();
    const last = this.#done === this.total;
    if (!last && now - this.#shown < (process.stderr.isTTY ? 200 : 60_000)) return;
    this.#shown = now;
    const seconds = (now - this.#start) / 1000;
    const rate = this.#done / seconds;
    const words = [
      `${((100 * this.#done) / this.total).toFixed(1)} %`,
      `alpha ${walk.given[0]}, beta ${walk.given[1]}, exponent ${exponent}`,
      `${((rate * INPUTS) / 1e6).toFixed(1)} million inputs a second on ${this.threads} threads`,
      `${duration((this.total - this.#done) / rate)} left`,
    ];
    process.stderr.write(
      `${process.stderr.isTTY ? "\r\x1b[K" : ""}${words.join(", ")}${process.stderr.isTTY && !last ? "" : "\n"}`,
    );
  }
}

function duration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.ceil((seconds % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`;
}

/** What a finished pair misses of the contract, in words; prints its figures. */
function shown(given: readonly [number, number], found: Partial<Record<Tier, TierRecord>>): string[] {
  const misses: string[] = [];
  for (const [tier, result] of Object.entries(found)) {
    const name = `alpha ${given[0]}, beta ${given[1]}, ${tier}`;
    if (!("measures" in result)) {
      console.log(`${name}: the bits of ${result.sameBitsAs}`);
      continue;
    }
    const { measures, inexact } = result as JudgedRecord;
    const figures = MEASURES.map(
      (measure) => `${measure} ${measures[measure].worst.toFixed(4)} at ${measures[measure].x}`,
    );
    console.log(`${name}: ${figures.join("; ")}`);
    if (inexact > 0) misses.push(`${name}: ${inexact} results are not exact where they must be`);
    for (const measure of MEASURES) {
      const { worst, x } = measures[measure];
      if (worst > LIMITS[measure])
        misses.push(`${name}: ${measure} is ${worst} at ${x}, expected at most ${LIMITS[measure]}`);
    }
  }
  return misses;
}

/** The tiers that were asked for, each of which must run here, with its hash of the battery. */
function checkTiers(names: readonly string[] | undefined, modules: WorkerData["modules"]): Map<Tier, string> {
  const unknown = names?.find((name) => !TIERS.includes(name as Tier));
  if (unknown !== undefined) throw new Error(`There is no tier ${unknown}: there are ${TIERS.join(", ")}.`);
  const tiers = TIERS.filter((tier) => names?.includes(tier) ?? true);
  return new Map(
    tiers.map((tier) => {
      const sau = sauOn(startSync({ tier }, (name) => modules[name]));
      return [tier, batteryHash((call) => resultsOf(sau, call))];
    }),
  );
}

function checkPairs(given: readonly string[] | undefined): readonly (readonly [number, number])[] {
  if (given === undefined) return PAIRS;
  return given.map((text) => {
    const [alpha, beta] = text.split(",").map(Number);
    const pair = PAIRS.find((one) => one[0] === alpha && one[1] === beta);
    if (pair === undefined) throw new Error(`There is no pair ${text}: --help lists them.`);
    return pair;
  });
}

/** Gives tasks to workers until none is left, and ends them. */
async function runAll(
  tasks: Task[],
  threads: number,
  program: string,
  data: WorkerData,
  done: (task: Task) => void,
): Promise<void> {
  const progress = new Progress(tasks.length, threads);
  const work = async (): Promise<void> => {
    const worker = new Worker(program, { eval: true, workerData: data });
    try {
      for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
        const { walk, ...job } = task;
        worker.postMessage(job satisfies Job);
        const [found] = (await once(worker, "message")) as [readonly TierChunk[]];
        walk.take(task.exponent, found);
        progress.add(task);
        done(task);
      }
    } catch (error) {
      tasks.length = 0;
      throw error;
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: threads }, work));
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      pair: { type: "string", multiple: true },
      tier: { type: "string", multiple: true },
      threads: { type: "string", default: String(availableParallelism()) },
      fresh: { type: "boolean", default: false },
      tables: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return true;
  }
  if (values.tables) {
    writeTables(readRecord());
    return true;
  }
  const threads = Number(values.threads);
  if (!Number.isInteger(threads) || threads < 1)
    throw new Error(`--threads is ${values.threads}, expected a whole number from 1.`);
  // Not compiled here: a host may lack what tiers need that are not asked for.
  const modules = Object.fromEntries(
    WASM_TIERS.map((tier) => [tier, new Uint8Array(readFileSync(join(OUTPUT, moduleFile(tier))))]),
  ) as WorkerData["modules"];
  const batteries = checkTiers(values.tier, modules);
  const pairs = checkPairs(values.pair);

  const program = await bundle(fileURLToPath(new URL("worker.ts", import.meta.url)));
  // Results of another program, or of other modules, are no part of the same walk.
  const fingerprint = createHash("sha256").update(program);
  for (const module of Object.values(modules)) fingerprint.update(module);
  const digest = fingerprint.digest("hex");
  mkdirSync(UNFINISHED, { recursive: true });
  const plans = pairs.map((pair) => [pair, planOf(pair, batteries, values.fresh)] as const);
  const left = plans.filter(([, { tiers, hashed }]) => tiers.length + hashed.length > 0);
  if (left.length < plans.length)
    console.log(
      `${plans.length - left.length} of ${plans.length} pairs are recorded already (--fresh walks them again)`,
    );
  const walks = left.map(([pair, plan]) => new PairWalk(pair, plan, digest, values.fresh));

  const misses: string[] = [];
  const finish = (walk: PairWalk): void => {
    misses.push(...shown(walk.given, walk.finish(batteries)));
  };
  for (const walk of walks) if (walk.isDone) finish(walk);
  const tasks = walks.flatMap((walk) => walk.tasks);
  await runAll(tasks, threads, program, { modules }, ({ walk }) => {
    if (walk.isDone) finish(walk);
  });
  writeTables(readRecord());
  for (const miss of misses) console.error(miss);
  return misses.length === 0;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
