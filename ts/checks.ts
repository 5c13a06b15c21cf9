/** The checks of the verbs' arguments. All of them come before anything is written. */
import type { BackwardBatchOptions, ForwardBatchOptions, ForwardOptions } from "./api.js";
import { checkObject, describe } from "./errors.js";
import {
  type BackwardOptions,
  type CheckedWant,
  checkWant,
  type Question,
  readOutputs,
  readQuestion,
} from "./gradients.js";
import type { Arena } from "./memory/arena.js";
import { overlap } from "./memory/stream.js";
import {
  type CheckedParams,
  checkArray,
  hasFirst,
  isFloat32Array,
  type ParamsChecker,
  type SauParams,
} from "./params.js";

/** The name of an argument, or of its part in a batch. */
function part(name: string, index: number): string {
  return index < 0 ? name : `${name}s[${index}]`;
}

/**
 * Asks for the output of forward.
 *
 * @throws {TypeError} for options that are no object
 */
export function readOut(options: ForwardOptions | undefined): Float32Array | undefined {
  if (options !== undefined) checkObject("options", options, "{ out: y }");
  return options?.out;
}

/**
 * Checks the arrays of forward.
 *
 * @throws {TypeError} for kinds, lengths and detached buffers
 */
export function checkForward(x: unknown, out: unknown): void {
  checkInput(x, -1);
  if (out !== undefined) checkOutput(x, out, -1);
}

// `index` is that of a batch, -1 where there is none. Names are made up only where they are needed: that would take longer than the checks.
function checkInput(x: unknown, index: number): asserts x is Float32Array {
  if (!hasValues(x)) checkArray(part("x", index), x);
}

function checkOutput(x: Float32Array, out: unknown, index: number): void {
  const name = (): string => (index < 0 ? "out" : `out[${index}]`);
  if (!hasValues(out)) checkArray(name(), out);
  if (out.length !== x.length) {
    throw new TypeError(
      `${name()} has ${out.length} values, expected ${x.length}, the length of ${part("x", index)}.`,
    );
  }
}

/** What {@link checkArray} finds nothing wrong with. */
function hasValues(value: unknown): value is Float32Array {
  return isFloat32Array(value) && hasFirst(value);
}

/**
 * Asks for what backward is to give.
 *
 * @throws {TypeError} for options that are no object, and as {@link readQuestion}
 */
export function readBackward(options: BackwardOptions): Question {
  checkObject("options", options, '{ want: ["dx"] }');
  return readQuestion(options, options.out);
}

/**
 * Checks the inputs of backward, or those at `index` of a batch; -1 where there is none.
 *
 * @throws {TypeError} for kinds, lengths and detached buffers
 */
export function checkPair(x: unknown, dy: unknown, index: number): void {
  checkInput(x, index);
  if (!hasValues(dy)) checkArray(part("dy", index), dy);
  if (dy.length !== x.length) {
    throw new TypeError(
      `${part("dy", index)} has ${dy.length} values, expected ${x.length}, the length of ${part("x", index)}.`,
    );
  }
}

/** A list of the caller's, each part asked for once: a copy. */
function readList<T>(name: string, value: readonly T[]): T[] {
  if (!Array.isArray(value)) throw new TypeError(`${name} is ${describe(value)}, expected an array.`);
  return [...value];
}

/** The same, as long as `xs`. */
function readListBeside<T>(name: string, value: readonly T[], xs: readonly unknown[]): T[] {
  const list = readList(name, value);
  if (list.length === xs.length) return list;
  throw new TypeError(`${name} has ${list.length} entries, expected ${xs.length}, one for each of xs.`);
}

/** A batch of forward that was checked; the lists are copies. */
interface ForwardBatch {
  /** Of every array; undefined when there are no arrays. */
  readonly checked: CheckedParams | undefined;
  readonly xs: readonly Float32Array[];
  /** The caller's outputs, if there are any. */
  readonly out: Float32Array[] | undefined;
}

/**
 * Reads and checks a batch of forward, once for all, before anything is written: an output may be the array of a
 * parameter. With a layout, every array has its length.
 *
 * @throws as forward
 */
export function checkForwardBatch(
  checker: ParamsChecker,
  inputs: readonly Float32Array[],
  params: SauParams | undefined,
  options: ForwardBatchOptions,
): ForwardBatch {
  const xs = readList("xs", inputs);
  checkObject("options", options, "{ out: [] }");
  const { out: outputs } = options;
  const out = outputs && readListBeside("out", outputs, xs);
  if (xs.length > 0) checker.read(params);
  let checked: CheckedParams | undefined;
  let length = -1;
  for (let i = 0; i < xs.length; i++) {
    const x = xs[i]!;
    checkInput(x, i);
    if (out !== undefined) checkOutput(x, out[i], i);
    if (x.length !== length) checked = checker.check(x.length);
    length = x.length;
  }
  return { checked, xs, out };
}

/** A batch of backward that was checked; the lists are copies. */
interface BackwardBatch {
  /** Of every array; undefined when there are no arrays. */
  readonly checked: CheckedParams | undefined;
  readonly xs: readonly Float32Array[];
  readonly dys: readonly Float32Array[];
  readonly question: Question;
  /** Of each array. */
  readonly wants: readonly CheckedWant[];
}

/**
 * Reads and checks a batch of backward, as {@link checkForwardBatch}.
 *
 * @throws as backward
 */
export function checkBackwardBatch(
  checker: ParamsChecker,
  inputs: readonly Float32Array[],
  gradients: readonly Float32Array[],
  params: SauParams | undefined,
  options: BackwardBatchOptions,
): BackwardBatch {
  const xs = readList("xs", inputs);
  const dys = readListBeside("dys", gradients, xs);
  checkObject("options", options, "{ out: [] }");
  const { out: outputs } = options;
  const given = outputs && readListBeside("out", outputs, xs);
  const question = readQuestion(xs.length > 0 ? options : {});
  const outs = given?.map((out) => readOutputs(out));
  if (xs.length > 0) checker.read(params);
  let checked: CheckedParams | undefined;
  let length = -1;
  const wants = xs.map((x, i) => {
    checkPair(x, dys[i], i);
    if (x.length !== length) checked = checker.check(x.length);
    length = x.length;
    return checkWant(outs ? { ...question, out: outs[i]! } : question, checker.given, checked!, x.length);
  });
  return { checked, xs, dys, question, wants };
}

/**
 * Checks where the outputs of one array lie.
 *
 * @throws {TypeError} for one that overlaps another, or lies where the kernels keep their own things
 */
export function checkPlaces(arena: Arena, { out }: CheckedWant): void {
  const { dx, dAlpha, dBeta, dBias } = out;
  if (dx !== undefined) arena.checkPlace(dx);
  if (!(dAlpha || dBeta || dBias)) return;
  const given = Object.entries(out).filter(
    (entry): entry is [string, Float32Array] => entry[1] !== undefined,
  );
  for (const [k, [name, array]] of given.entries()) {
    arena.checkPlace(array);
    for (const [other, before] of given.slice(0, k)) {
      if (array.buffer === before.buffer && overlap(array, before)) {
        throw new TypeError(`out.${name} overlaps out.${other}, expected an array of its own.`);
      }
    }
  }
}

/** Whether dx is all that is wanted, and is not added to anything: sums are each array's own, so that their arrays need a kernel call each. */
export function isDxAlone({ dx, alpha, beta, bias, accumulate }: CheckedWant): boolean {
  return dx && !(alpha || beta || bias || accumulate);
}
