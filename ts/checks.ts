/** The checks of the verbs' arguments. All of them come before anything is written. */
import type { BackwardBatchOptions, ForwardBatchOptions, ForwardOptions } from "./api.js";
import { checkObject, describe } from "./errors.js";
import { type BackwardOptions, type CheckedWant, checkWant } from "./gradients.js";
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
 * Checks the arrays of forward, or those at `index` of a batch; -1 where there is none.
 *
 * @returns the caller's output, if there is one
 * @throws {TypeError} for kinds, lengths and detached buffers
 */
export function checkForward(
  x: unknown,
  options: ForwardOptions | undefined,
  index: number,
): Float32Array | undefined {
  if (options !== undefined) checkObject("options", options, "{ out: y }");
  const out = options?.out;
  checkInput(x, index);
  if (out !== undefined) checkOutput(x, out, index);
  return out;
}

// Names are made up only where they are needed: that would take longer than the checks.
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

function checkList(name: string, value: unknown): void {
  if (!Array.isArray(value)) throw new TypeError(`${name} is ${describe(value)}, expected an array.`);
}

function checkLengths(name: string, value: unknown, xs: readonly Float32Array[]): void {
  checkList(name, value);
  const { length } = value as readonly unknown[];
  if (length !== xs.length) {
    throw new TypeError(`${name} has ${length} entries, expected ${xs.length}, one for each of xs.`);
  }
}

/**
 * Checks a batch of forward, once for all, before anything is written: an output may be the array of a
 * parameter. With a layout, every array has its length.
 *
 * @returns the parameters, of every array; undefined when there are no arrays
 * @throws as forward
 */
export function checkForwardBatch(
  checker: ParamsChecker,
  xs: readonly Float32Array[],
  params: SauParams | undefined,
  options: ForwardBatchOptions,
): CheckedParams | undefined {
  checkList("xs", xs);
  checkObject("options", options, "{ out: [] }");
  const { out } = options;
  if (out !== undefined) checkLengths("out", out, xs);
  if (xs.length === 0) return undefined;
  const first = xs[0]!;
  checkArray("xs[0]", first);
  let { length } = first;
  let checked = checker.check(params, length);
  for (let i = 0; i < xs.length; i++) {
    const x = xs[i]!;
    checkInput(x, i);
    if (out !== undefined) checkOutput(x, out[i], i);
    if (x.length !== length) checked = checker.check(params, x.length);
    length = x.length;
  }
  return checked;
}

/**
 * Checks a batch of backward, as {@link checkForwardBatch}.
 *
 * @returns also what is wanted of each array
 * @throws as backward
 */
export function checkBackwardBatch(
  checker: ParamsChecker,
  xs: readonly Float32Array[],
  dys: readonly Float32Array[],
  params: SauParams | undefined,
  options: BackwardBatchOptions,
): { checked: CheckedParams | undefined; wants: CheckedWant[] } {
  checkList("xs", xs);
  checkLengths("dys", dys, xs);
  checkObject("options", options, "{ out: [] }");
  const { out, ...rest } = options;
  if (out !== undefined) checkLengths("out", out, xs);
  const optionsOf = (i: number): BackwardOptions => (out === undefined ? rest : { ...rest, out: out[i]! });
  if (xs.length === 0) return { checked: undefined, wants: [] };
  const first = xs[0]!;
  checkArray("xs[0]", first);
  let { length } = first;
  let checked = checker.check(params, length);
  const wants = xs.map((x, i) => {
    checkPair(x, dys[i]!, i);
    if (x.length !== length) checked = checker.check(params, x.length);
    length = x.length;
    return checkWant(optionsOf(i), params, checked, x.length);
  });
  return { checked, wants };
}

/** Whether dx is all that is wanted, and is not added to anything: sums are each array's own, so that their arrays need a kernel call each. */
export function isDxAlone({ dx, alpha, beta, bias, accumulate }: CheckedWant): boolean {
  return dx && !(alpha || beta || bias || accumulate);
}
