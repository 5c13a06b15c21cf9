/**
 * A work item: kernel calls that one thread does in one go, written down in the shared memory.
 *
 * What a call does depends on nothing but its record, and its results go where no other call writes, so that it
 * does not matter which thread does it, and when, and whether one that died began it.
 */
import { SUM } from "../kernels/layout.js";
import type { Arena } from "../memory/arena.js";
import type { Stream } from "../memory/stream.js";
import { type Pass, wholePass } from "../memory/tiles.js";
import { CACHE_LINE, GAP, roundUp } from "../memory/workspace.js";
import type { CheckedParams, ParameterValues } from "../params.js";

const WORD = Int32Array.BYTES_PER_ELEMENT;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const DOUBLE = Float64Array.BYTES_PER_ELEMENT;

/** The parameters of a pass's calls. One object a pass. */
export interface SetUp {
  readonly pass: Pass;
  readonly params: CheckedParams;
  /** Tells it from every other. */
  readonly id: number;
}

/** A kernel call, as the thread that made the pool knows it. */
export interface Task {
  readonly setUp: SetUp;
  readonly length: number;
  /** The first element's position in the table. */
  readonly first: number;
  /** Where an input lies in the memory, or how to copy it to an address. */
  readonly x: number | ((to: number) => void);
  /** Undefined for forward. */
  readonly dy: number | ((to: number) => void) | undefined;
  /** Where the result belongs in the memory, or how to copy it from an address; undefined for nowhere. */
  readonly out: number | ((from: number) => void) | undefined;
  /** Whether the result lies over an input, or is added to what is there: then it is complete before it is copied there. */
  readonly indirect: boolean;
  /** Whether the result is added to what is at `out`, where that is an address. */
  readonly accumulate: boolean;
  readonly withBias: boolean;
  /** Takes the sums, which begin at an index of an array; undefined where none are wanted. */
  readonly sums: ((values: Float64Array, from: number) => void) | undefined;
}

/** Words of an item before its records. */
const HEADER = {
  calls: 0,
  /** How large the memory must be for what the item names. */
  pages: 1,
  words: CACHE_LINE / WORD,
} as const;

/** Words of a call's record; 0 stands for an address that is not there. */
const CALL = {
  x: 0,
  dy: 1,
  /** Where the kernel writes; not there: in the thread's own out tile. */
  to: 2,
  /** Where the result is copied from the out tile. */
  target: 3,
  length: 4,
  first: 5,
  sums: 6,
  setUp: 7,
  flags: 8,
  words: CACHE_LINE / WORD,
} as const;

const FLAG = { backward: 1, withBias: 2, accumulate: 4 } as const;

/** Words of a set-up, before the values of alpha, beta and bias. */
const SET_UP = { id: 0, positions: 1, inner: 2, offset: 3, counts: 4, perChannel: 7, words: 8 } as const;

/** Channels that a pass's positions belong to. */
function channelsOf({ positions, inner, offset }: Pass): number {
  return Math.floor((offset + positions - 1) / inner) + 1;
}

function valuesOf({ params }: SetUp): readonly ParameterValues[] {
  return [params.alpha, params.beta, params.bias];
}

function countOf({ perChannel }: ParameterValues, pass: Pass): number {
  return perChannel ? channelsOf(pass) : 1;
}

/** Bytes of a set-up. */
function setUpBytes(setUp: SetUp): number {
  const count = valuesOf(setUp).reduce((sum, values) => sum + countOf(values, setUp.pass), 0);
  return roundUp((SET_UP.words + count) * FLOAT, CACHE_LINE);
}

/** Bytes of a task's sums. */
function sumsBytes({ sums, setUp }: Task): number {
  return sums === undefined ? 0 : roundUp(SUM.count * setUp.pass.positions * DOUBLE, CACHE_LINE);
}

/** Bytes that a task adds to an item after a task with the set-up `last`. */
export function taskBytes(task: Task, last: SetUp | undefined): number {
  const staged = [task.x, task.dy, task.out].filter((place) => typeof place === "function").length;
  return (
    CALL.words * WORD +
    (task.setUp === last ? 0 : setUpBytes(task.setUp)) +
    sumsBytes(task) +
    staged * stageBytes(task.length)
  );
}

/** Bytes of an item without tasks. */
export const EMPTY_ITEM_BYTES: number = HEADER.words * WORD;

/** Bytes of an input or result that does not lie in the memory. */
function stageBytes(length: number): number {
  return roundUp(length * FLOAT, CACHE_LINE) + GAP;
}

/** Writes an item of these tasks at `at`, with the inputs that do not lie in the memory. */
export function writeItem(arena: Arena, at: number, tasks: readonly Task[]): void {
  const { i32 } = arena;
  i32[at / WORD + HEADER.calls] = tasks.length;
  i32[at / WORD + HEADER.pages] = arena.pages;
  const records = at / WORD + HEADER.words;
  let next = at + (HEADER.words + tasks.length * CALL.words) * WORD;
  const take = (bytes: number): number => {
    const taken = next;
    next += bytes;
    return taken;
  };
  let last: SetUp | undefined;
  let setUpAt = 0;
  for (const [k, task] of tasks.entries()) {
    const { setUp, length, x, dy, out, sums, indirect } = task;
    if (setUp !== last) {
      setUpAt = take(setUpBytes(setUp));
      writeSetUp(arena, setUpAt, setUp);
      last = setUp;
    }
    const stage = (): number => take(stageBytes(length));
    const placeInput = (input: Task["dy"]): number => {
      if (typeof input !== "function") return input ?? 0;
      const to = stage();
      input(to);
      return to;
    };
    const record = records + k * CALL.words;
    i32[record + CALL.x] = placeInput(x);
    i32[record + CALL.dy] = placeInput(dy);
    const isAddress = typeof out === "number";
    i32[record + CALL.to] = typeof out === "function" ? stage() : isAddress && !indirect ? out : 0;
    i32[record + CALL.target] = isAddress && indirect ? out : 0;
    i32[record + CALL.length] = length;
    i32[record + CALL.first] = task.first;
    i32[record + CALL.sums] = sums === undefined ? 0 : take(sumsBytes(task));
    i32[record + CALL.setUp] = setUpAt;
    i32[record + CALL.flags] =
      (dy === undefined ? 0 : FLAG.backward) |
      (task.withBias ? FLAG.withBias : 0) |
      (task.accumulate ? FLAG.accumulate : 0);
  }
}

function writeSetUp({ i32, f32 }: Arena, at: number, setUp: SetUp): void {
  const { pass, id } = setUp;
  const words = at / WORD;
  i32[words + SET_UP.id] = id;
  i32[words + SET_UP.positions] = pass.positions;
  i32[words + SET_UP.inner] = pass.inner;
  i32[words + SET_UP.offset] = pass.offset;
  let to = words + SET_UP.words;
  let perChannel = 0;
  for (const [k, parameter] of valuesOf(setUp).entries()) {
    const count = countOf(parameter, pass);
    const from = parameter.perChannel ? pass.firstChannel : 0;
    for (let c = 0; c < count; c++) f32[to + c] = parameter.values[from + c]!;
    i32[words + SET_UP.counts + k] = count;
    if (parameter.perChannel) perChannel |= 1 << k;
    to += count;
  }
  i32[words + SET_UP.perChannel] = perChannel;
}

/** Hands the sums, and the results that do not belong in the memory, of an item that is done to its tasks. */
export function deliverItem(arena: Arena, at: number, tasks: readonly Task[]): void {
  const { i32, f64 } = arena;
  const records = at / WORD + HEADER.words;
  for (const [k, { sums, out }] of tasks.entries()) {
    const record = records + k * CALL.words;
    sums?.(f64, (i32[record + CALL.sums]! >>> 0) / DOUBLE);
    if (typeof out === "function") out(i32[record + CALL.to]! >>> 0);
  }
}

/** Does items on one thread. */
export class ItemRunner {
  /** The set-up that the block or the table holds. */
  #setUp = -1;
  #backward = false;
  #uniform = false;
  #pass: Pass = wholePass(0);

  constructor(readonly stream: Stream) {}

  /** Forgets the set-up, after somebody else has used the workspace. */
  reset(): void {
    this.#setUp = -1;
  }

  /** The first half: results where they may lie at once, all others in this thread's out tile. Can be repeated. */
  compute(at: number): void {
    const { stream } = this;
    const { arena } = stream;
    arena.follow(arena.i32[at / WORD + HEADER.pages]!);
    const { i32 } = arena;
    const calls = i32[at / WORD + HEADER.calls]!;
    let tile = arena.at.outTile;
    for (let k = 0; k < calls; k++) {
      const record = at / WORD + HEADER.words + k * CALL.words;
      const word = (name: number): number => i32[record + name]! >>> 0;
      const [x, dy, target] = [word(CALL.x), word(CALL.dy), word(CALL.target)];
      const [length, first, flags] = [word(CALL.length), word(CALL.first), word(CALL.flags)];
      const to = word(CALL.to) || tile;
      this.#setUpFrom(word(CALL.setUp), (flags & FLAG.backward) !== 0);
      const sums = word(CALL.sums);
      if (sums !== 0) {
        const withBias = (flags & FLAG.withBias) !== 0;
        const values = stream.sumsCall(this.#uniform, withBias, this.#pass, x, dy, to, length, first);
        const count = SUM.count * this.#pass.positions;
        for (let j = 0; j < count; j++) arena.f64[sums / DOUBLE + j] = values[j]!;
      } else if (flags & FLAG.backward) {
        stream.backwardCall(this.#uniform, this.#pass, x, dy, to, length, first);
      } else {
        stream.forwardCall(this.#uniform, this.#pass, x, to, length, first);
      }
      if (target === 0) continue;
      if (flags & FLAG.accumulate) arena.addWithin(to, target, length);
      tile += length * FLOAT;
    }
  }

  /** Whether an item has a second half. */
  needsCopy(at: number): boolean {
    const { i32 } = this.stream.arena;
    const calls = i32[at / WORD + HEADER.calls]!;
    for (let k = 0; k < calls; k++) {
      if (i32[at / WORD + HEADER.words + k * CALL.words + CALL.target] !== 0) return true;
    }
    return false;
  }

  /** The second half: from an out tile to where the results belong. Can be repeated, by any thread. */
  copy(at: number, outTile: number): void {
    const { arena } = this.stream;
    const { i32 } = arena;
    const calls = i32[at / WORD + HEADER.calls]!;
    let tile = outTile;
    for (let k = 0; k < calls; k++) {
      const record = at / WORD + HEADER.words + k * CALL.words;
      const target = i32[record + CALL.target]! >>> 0;
      if (target === 0) continue;
      const length = i32[record + CALL.length]!;
      arena.copyWithin(target, tile, length);
      tile += length * FLOAT;
    }
  }

  #setUpFrom(at: number, backward: boolean): void {
    const { stream } = this;
    const { i32, f32 } = stream.arena;
    const words = at / WORD;
    const id = i32[words + SET_UP.id]!;
    if (id === this.#setUp && backward === this.#backward) return;
    const perChannel = i32[words + SET_UP.perChannel]!;
    let from = words + SET_UP.words;
    const [alpha, beta, bias] = [0, 1, 2].map((k): ParameterValues => {
      const count = i32[words + SET_UP.counts + k]!;
      const values = f32.subarray(from, from + count);
      from += count;
      return { perChannel: (perChannel & (1 << k)) !== 0, values };
    }) as [ParameterValues, ParameterValues, ParameterValues];
    this.#pass = {
      ...wholePass(0),
      positions: i32[words + SET_UP.positions]!,
      inner: i32[words + SET_UP.inner]!,
      offset: i32[words + SET_UP.offset]!,
    };
    const params: CheckedParams = { alpha, beta, bias, layout: undefined };
    this.#uniform = backward
      ? stream.setUpBackward(params, this.#pass)
      : stream.setUpForward(params, this.#pass, 1);
    this.#setUp = id;
    this.#backward = backward;
  }
}
