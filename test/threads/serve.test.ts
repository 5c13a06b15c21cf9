/**
 * Promise: a worker does what it claims, to the end, rings once it finds nothing more to do and everything done, and sleeps
 * until it is called. This thread is the worker: what happens while it sleeps is the test.
 */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createSauSync } from "../../ts/index.js";
import { Arena, INITIAL_PAGES } from "../../ts/memory/arena.js";
import { wholePass } from "../../ts/memory/tiles.js";
import { type Workspace, workspaceAt } from "../../ts/memory/workspace.js";
import { ParamsChecker } from "../../ts/params.js";
import { Board } from "../../ts/threads/board.js";
import { ITEM_BYTES } from "../../ts/threads/foreman.js";
import { writeItem } from "../../ts/threads/item.js";
import { serve } from "../../ts/threads/serve.js";
import { MOST_PAGES, withSharedMemory } from "../../ts/threads/shared-module.js";
import { setUpOf } from "../../ts/threads/tasks.js";
import { forwardInPlace } from "../support/foremen.js";
import { moduleBytes } from "../support/modules.js";
import { expectSameBits } from "../support/numbers.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const OWNER = 7;
const params = { alpha: 0.3, beta: 1.7 };
const LENGTH = 500;
const x = new Random(runSeed, 46).array(LENGTH, -3, 3);
const y = createSauSync().forward(x, params);
const setUp = setUpOf(wholePass(LENGTH), new ParamsChecker().read(params).check(LENGTH));

let arena: Arena;
let workspace: Workspace;
let board: Board;
let items: number;
/** What the worker says and does, in its order. */
let log: string[];

beforeEach(() => {
  arena = new Arena(new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum: MOST_PAGES, shared: true }));
  workspace = workspaceAt(arena.reserve(workspaceAt(0, false).end), false);
  items = arena.reserve(4 * ITEM_BYTES);
  board = new Board(new SharedArrayBuffer(Board.BYTES));
  log = [];
  const logged = (method: "setComputed" | "setDone" | "ring"): void => {
    const own = Board.prototype[method] as (this: Board, ...args: number[]) => boolean;
    vi.spyOn(Board.prototype, method).mockImplementation(function (this: Board, ...args: number[]) {
      log.push([method, ...args].join(" "));
      return own.apply(this, args);
    });
  };
  logged("setComputed");
  logged("setDone");
  logged("ring");
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** Has a worker serve; whenever it sleeps the next of `acts` happens, and after them the end. */
function work(acts: readonly (() => void)[], ringsByMessage = false): void {
  const coming = board.isClosed ? [] : [...acts, () => board.close()];
  vi.spyOn(Board.prototype, "sleep").mockImplementation((called) => {
    log.push("sleep");
    // Else it would not sleep at all.
    expect(called).toBe(board.called);
    coming.shift()!();
  });
  const module = new WebAssembly.Module(withSharedMemory(moduleBytes("simd128")));
  const memory = arena.memory as WebAssembly.Memory;
  const buffer = board.buffer as SharedArrayBuffer;
  const assignment = { owner: OWNER, module, tier: "simd128", memory, workspace, board: buffer };
  serve(assignment, (message) => log.push(`posts ${message}`), ringsByMessage);
  expect(coming).toEqual([]);
}

/** Puts forward of `array`, over itself or not, on the board as the item of this number. */
function publish(number: number, array: Float32Array, indirect: boolean, rings = false): void {
  const at = items + number * ITEM_BYTES;
  writeItem(arena, at, [forwardInPlace(array, setUp, indirect)]);
  board.publish(at, rings);
}

function tensor(): Float32Array {
  const from = arena.allocate(LENGTH) / FLOAT;
  const array = arena.f32.subarray(from, from + LENGTH);
  array.set(x);
  return array;
}

it("says that it is ready, and leaves what there is once the board is closed", () => {
  publish(0, tensor(), false);
  board.close();
  work([]);
  expect(log).toEqual(["posts ready"]);
});

it.each([
  [false, "ring"],
  [true, "posts ring"],
])("does what it finds, and rings once all is done; by messages: %s", (ringsByMessage, ring) => {
  const [a, b] = [tensor(), tensor()];
  publish(0, a, true);
  const later = (): void => publish(1, b, true);
  work([() => {}, later, () => {}], ringsByMessage);
  expect(log).toEqual([
    "posts ready",
    `setComputed 0 ${OWNER}`,
    "setDone 0",
    // Once: it was called for nothing then.
    ring,
    "sleep",
    "sleep",
    `setComputed 1 ${OWNER}`,
    "setDone 1",
    ring,
    "sleep",
    "sleep",
  ]);
  for (const array of [a, b]) expectSameBits(array, y, () => howToRepeat);
});

it("does not ring where others are still at work, and not before there was any", () => {
  const array = tensor();
  const other = (): void => {
    publish(0, tensor(), false);
    board.claim(OWNER + 1);
    publish(1, array, false);
  };
  work([other]);
  // What has no second half is not said to be computed.
  expect(log).toEqual(["posts ready", "sleep", "setDone 1", "sleep"]);
  expectSameBits(array, y, () => howToRepeat);
});

it("rings for an item that says so", () => {
  publish(0, tensor(), false, true);
  publish(1, tensor(), false);
  work([]);
  expect(log).toEqual(["posts ready", "setDone 0", "ring", "setDone 1", "ring", "sleep"]);
});

it("works where the memory has grown since it began", () => {
  const [before, far] = [arena.pages, [] as Float32Array[]];
  const grow = (): void => {
    arena.allocate(2 ** 21);
    far.push(tensor());
    expect(arena.pages).toBeGreaterThan(before);
    publish(0, far[0]!, true);
  };
  work([grow]);
  expectSameBits(far[0]!, y, () => howToRepeat);
});
