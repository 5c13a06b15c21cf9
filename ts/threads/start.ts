/** What a pool is made of: a memory that threads share, the workers, and the reasons where it has none. */
import { compile } from "../compile.js";
import { checkObject, describe } from "../errors.js";
import { Arena, INITIAL_PAGES } from "../memory/arena.js";
import { Stream } from "../memory/stream.js";
import { type Workspace, workspaceAt } from "../memory/workspace.js";
import { sauOn } from "../sau.js";
import type { WasmTier } from "../tier.js";
import { type Modules, type Running, startAsync } from "../tiers.js";
import type { SauPoolOptions } from "./api.js";
import { Board, canWaitAsync } from "./board.js";
import { Crew } from "./crew.js";
import { FIRST_WORKER, Foreman, ITEM_BYTES } from "./foreman.js";
import { findHost, type Host } from "./host.js";
import { Pool, type WorthSharing } from "./pool.js";
import { MOST_PAGES, sharedModules } from "./shared-module.js";

/** Threads that a pool can have. */
const MOST_THREADS = 256;

/** With the workers' workspaces the memory of up to 8 threads stays below 16 MiB. */
const MOST_FIFO_BYTES = 8 * ITEM_BYTES;

/**
 * From this many elements on, calls go to the workers: where two of them won on two cores by the median of a hundred
 * turns against the calling thread, on pool tensors at beta 1.7, both by simd128 and relaxed-simd. Speed-up of
 * forward at 1,048,576 elements 1.18 and 0.71, at 1,572,864 1.37 and 1.08; of backward with two gradients at
 * 524,288 1.09 and 0.85, at 786,432 1.36 and 1.21. By the least of the turns they won from half of that on.
 */
const WORTH_SHARING: WorthSharing = { forward: 1_572_864, backward: 786_432 };

/** What tests change. */
export interface Surroundings {
  readonly host: () => Host;
  readonly worthSharing: WorthSharing;
}

function sharedArena(): Arena {
  return new Arena(new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MOST_PAGES, shared: true }));
}

/** Why a pool has no workers. */
class NoWorkers extends Error {}

function because(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function refused(error: unknown): NoWorkers {
  return new NoWorkers(`this host refuses what threads need: ${because(error)}`);
}

/**
 * A pool of these modules in these surroundings.
 *
 * @throws as createSauPool
 */
export async function startPool(
  options: SauPoolOptions,
  modules: Modules,
  { host: find, worthSharing }: Surroundings = { host: findHost, worthSharing: WORTH_SHARING },
): Promise<Pool> {
  checkObject("options", options, "{ threads: 2 }");
  checkThreads(options.threads);
  try {
    const host = possibleHost(options, find);
    return await startShared(options, modules, host, worthSharing);
  } catch (error) {
    if (!(error instanceof NoWorkers)) throw error;
    const running = await startAsync(options, modules);
    const stream = new Stream(running.arena, running.kernels);
    const at = running.arena.reserve(ITEM_BYTES);
    const foreman = new Foreman(stream, new Board(new ArrayBuffer(Board.BYTES)), at, ITEM_BYTES);
    return new Pool({
      local: sauOn(running, stream),
      foreman,
      threads: 1,
      report: `1 thread, the calling one: ${error.message}`,
      worthSharing,
    });
  }
}

/** @throws {TypeError} {RangeError} for what is no number of threads */
function checkThreads(threads: unknown): void {
  if (threads === undefined) return;
  if (typeof threads !== "number") {
    throw new TypeError(`threads is ${describe(threads)}, expected a number.`);
  }
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new RangeError(
      `threads is ${describe(threads)}, expected a whole number from 1 to ${MOST_THREADS}.`,
    );
  }
}

/** @throws {NoWorkers} where workers are of no use */
function possibleHost({ tier, module }: SauPoolOptions, find: () => Host): Host {
  if (tier === "js") throw new NoWorkers("the js tier has no memory that threads can share");
  if (module !== undefined) {
    throw new NoWorkers("the module that was given imports a memory that threads cannot share");
  }
  let host: Host;
  try {
    host = find();
  } catch (error) {
    throw new NoWorkers(because(error));
  }
  if (typeof SharedArrayBuffer === "undefined") throw new NoWorkers("this host has no SharedArrayBuffer");
  return host;
}

/** @throws {NoWorkers} where the host refuses shared memory, or no worker starts */
async function startShared(
  options: SauPoolOptions,
  modules: Modules,
  host: Host,
  worthSharing: WorthSharing,
): Promise<Pool> {
  const shared = sharedModules(modules);
  const running = await runningShared(options, shared);
  const threads = options.threads ?? Math.min(host.parallelism, MOST_THREADS);
  const { arena, kernels, tier } = running;
  const { module, workspaces, fifoAt, fifoBytes, buffer } = await provide(running, shared, threads);
  const stream = new Stream(arena, kernels);
  const foreman = new Foreman(stream, new Board(buffer), fifoAt, fifoBytes);
  const memory = arena.memory as WebAssembly.Memory;
  const crew = new Crew(
    host,
    workspaces,
    (owner, workspace) => ({ owner, module, tier, memory, workspace, board: buffer }),
    !canWaitAsync(),
    {
      rung: () => foreman.hear(),
      died: (owner, workspace) => foreman.replace(owner, workspace),
    },
    FIRST_WORKER,
  );
  await crew.start();
  if (crew.ready === 0) {
    await crew.dispose();
    throw new NoWorkers(`no worker starts: ${because(crew.lastError)}`);
  }
  crew.keepAlive(false);
  foreman.crew = crew;
  const why =
    options.threads === undefined ? "as many as this host runs at once" : "as many as were asked for";
  return new Pool({
    local: sauOn(running, stream),
    foreman,
    threads,
    report: `${threads} ${threads === 1 ? "thread, a worker" : "threads, each a worker"}: ${why}`,
    worthSharing,
  });
}

/** The tier that would run in a memory of its own, in one that can be shared. */
async function runningShared(options: SauPoolOptions, modules: Modules): Promise<Running> {
  let running: Running;
  try {
    running = await startAsync(options, modules, sharedArena);
  } catch (error) {
    // Without sharing there may be another error, which then is the caller's to know, or none.
    throw refused(error);
  }
  if (running.tier !== "js") return running;
  // Most often one reason for all.
  const reasons = new Set(running.report.filter(({ available }) => !available).map(({ reason }) => reason));
  throw new NoWorkers(`no tier works in a memory that threads can share (${[...reasons].join("; ")})`);
}

/** What workers share beside the memory. */
interface Provisions {
  readonly module: WebAssembly.Module;
  readonly workspaces: Workspace[];
  /** Room for items. */
  readonly fifoAt: number;
  readonly fifoBytes: number;
  /** The board's. */
  readonly buffer: SharedArrayBuffer;
}

/** @throws {NoWorkers} where the host refuses any of it */
async function provide(
  running: Running,
  shared: Modules<Uint8Array<ArrayBuffer>>,
  threads: number,
): Promise<Provisions> {
  try {
    const module = await compile(shared(running.tier as WasmTier));
    return { module, ...reserve(running, threads), buffer: new SharedArrayBuffer(Board.BYTES) };
  } catch (error) {
    throw refused(error);
  }
}

/** Room for the workers, and for items. */
function reserve(
  { arena }: Running,
  threads: number,
): Pick<Provisions, "workspaces" | "fifoAt" | "fifoBytes"> {
  const { end } = workspaceAt(0, false);
  const workspaces = Array.from({ length: threads }, () => workspaceAt(arena.reserve(end), false));
  const fifoBytes = Math.min(MOST_FIFO_BYTES, (threads + 2) * ITEM_BYTES);
  return { workspaces, fifoAt: arena.reserve(fifoBytes), fifoBytes };
}
