/** The verbs: their arguments checked, then handed to the stream. What they promise is in api.ts. */
import type { ArenaTensor, BackwardBatchOptions, ForwardBatchOptions, ForwardOptions, Sau } from "./api.js";
import { backwardPacked, forwardPacked, packing } from "./batch.js";
import { checkObject, DisposedError, describe } from "./errors.js";
import {
  type BackwardOptions,
  type CheckedWant,
  checkWant,
  finish,
  type Gradients,
  type Want,
} from "./gradients.js";
import { SUM } from "./kernels/layout.js";
import { overlap, Stream } from "./memory/stream.js";
import { type CheckedParams, checkArray, ParamsChecker, type SauParams } from "./params.js";
import { type Running, type SauOptions, startAsync, startSync, type Tier, type TierReport } from "./tiers.js";

/** Symbol.dispose, or what stands in for it where the host has none. */
const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

class Instance implements Sau {
  readonly tier: Tier;
  readonly tierReport: readonly TierReport[];
  readonly #params = new ParamsChecker();
  /** Sums of a call whose parameters are numbers; kept so that a call makes no garbage. */
  readonly #sums = new Float64Array(SUM.count);
  #stream: Stream | undefined;

  constructor({ tier, report, arena, kernels }: Running) {
    this.tier = tier;
    this.tierReport = Object.freeze(report.map((entry) => Object.freeze(entry)));
    this.#stream = new Stream(arena, kernels);
  }

  #use(): Stream {
    if (this.#stream === undefined) throw new DisposedError("This Sau");
    return this.#stream;
  }

  forward(x: Float32Array, params?: SauParams, options?: ForwardOptions): Float32Array {
    const stream = this.#use();
    const out = checkForward(x, options, -1);
    const checked = this.#params.check(params, x.length);
    const y = out ?? new Float32Array(x.length);
    stream.forward(apart(x, y), y, checked);
    return y;
  }

  backward<const P extends SauParams, const W extends Want>(
    x: Float32Array,
    dy: Float32Array,
    params?: P,
    options: BackwardOptions<W> = {},
  ): Gradients<P, W> {
    const stream = this.#use();
    checkPair(x, dy, -1);
    const checked = this.#params.check(params, x.length);
    const wanted = checkWant(options, params, checked, x.length);
    return this.#backward(stream, x, dy, checked, wanted) as Gradients<P, W>;
  }

  #backward(
    stream: Stream,
    x: Float32Array,
    dy: Float32Array,
    params: CheckedParams,
    wanted: CheckedWant,
  ): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    const dx = wanted.dx ? (wanted.out.dx ?? new Float32Array(x.length)) : undefined;
    if (dx !== undefined) result.dx = dx;
    const sums = wanted.alpha || wanted.beta || wanted.bias ? this.#sumsFor(params) : undefined;
    if (dx !== undefined || sums !== undefined) {
      stream.backward(apart(x, dx), apart(dy, dx), dx, wanted.accumulate, params, sums, wanted.bias);
    }
    if (sums !== undefined) finish(result, wanted, params, sums);
    return result;
  }

  #sumsFor({ layout }: CheckedParams): Float64Array {
    return layout === undefined ? this.#sums.fill(0) : new Float64Array(SUM.count * layout.channels);
  }

  forwardBatch(
    xs: readonly Float32Array[],
    params?: SauParams,
    options: ForwardBatchOptions = {},
  ): Float32Array[] {
    const stream = this.#use();
    checkList("xs", xs);
    checkObject("options", options, "{ out: [] }");
    const { out } = options;
    if (out !== undefined) checkLengths("out", out, xs);
    // Checked once for all, before anything is written: an output may be the array of a parameter. With a
    // layout, every array has its length.
    const [first] = xs;
    if (first === undefined) return [];
    checkArray("xs[0]", first);
    let checked = this.#params.check(params, first.length);
    for (let i = 0; i < xs.length; i++) {
      checkForward(xs[i]!, out && { out: out[i]! }, i);
      checked = this.#params.check(params, xs[i]!.length);
    }
    const ys = out === undefined ? xs.map((x) => new Float32Array(x.length)) : [...out];
    const pass = packing(xs, checked);
    if (pass !== undefined) forwardPacked(stream, xs, ys, checked, pass);
    else for (const [i, x] of xs.entries()) stream.forward(apart(x, ys[i]), ys[i]!, checked);
    return ys;
  }

  backwardBatch<const P extends SauParams, const W extends Want>(
    xs: readonly Float32Array[],
    dys: readonly Float32Array[],
    params?: P,
    options: BackwardBatchOptions<W> = {},
  ): Gradients<P, W>[] {
    const stream = this.#use();
    checkList("xs", xs);
    checkLengths("dys", dys, xs);
    checkObject("options", options, "{ out: [] }");
    const { out, ...rest } = options;
    if (out !== undefined) checkLengths("out", out, xs);
    const optionsOf = (i: number): BackwardOptions<W> =>
      out === undefined ? rest : { ...rest, out: out[i]! };
    const [first] = xs;
    if (first === undefined) return [];
    checkArray("xs[0]", first);
    // As in forwardBatch.
    let checked = this.#params.check(params, first.length);
    const wants = xs.map((x, i) => {
      checkPair(x, dys[i]!, i);
      checked = this.#params.check(params, x.length);
      return checkWant(optionsOf(i), params, checked, x.length);
    });
    // Sums are each array's own, so that their arrays need a kernel call each.
    const dxAlone = wants.every(
      ({ dx, alpha, beta, bias, accumulate }) => dx && !(alpha || beta || bias || accumulate),
    );
    const pass = dxAlone ? packing(xs, checked) : undefined;
    if (pass === undefined) {
      const all = xs.map((x, i) => this.#backward(stream, x, dys[i]!, checked, wants[i]!));
      return all as Gradients<P, W>[];
    }
    const results = xs.map((x, i) => ({ dx: out?.[i]?.dx ?? new Float32Array(x.length) }));
    const dxs = results.map(({ dx }) => dx);
    backwardPacked(stream, xs, dys, dxs, checked, pass);
    return results as unknown[] as Gradients<P, W>[];
  }

  alloc(length: number): ArenaTensor {
    const { arena } = this.#use();
    const at = arena.allocate(length);
    const use = (): Stream => this.#use();
    let view: Float32Array | undefined = arena.newView(at, length);
    const dispose = (): void => {
      if (view !== undefined) arena.release(at, length);
      view = undefined;
    };
    return {
      get array(): Float32Array {
        use();
        if (view === undefined) throw new DisposedError("This arena tensor");
        if (!arena.isCurrent(view)) view = arena.newView(at, length);
        return view;
      },
      dispose,
      [DISPOSE]: dispose,
    };
  }

  dispose(): void {
    this.#stream = undefined;
  }

  [DISPOSE](): void {
    this.dispose();
  }
}

/** `input`, or a copy where `output` overlaps it otherwise than value for value. */
function apart(input: Float32Array, output: Float32Array | undefined): Float32Array {
  if (output === undefined || !overlap(input, output)) return input;
  const inPlace = input.buffer === output.buffer && input.byteOffset === output.byteOffset;
  return inPlace ? input : new Float32Array(input);
}

/** The name of an argument, or of its part in a batch. */
function part(name: string, index: number): string {
  return index < 0 ? name : `${name}s[${index}]`;
}

function checkForward(
  x: unknown,
  options: ForwardOptions | undefined,
  index: number,
): Float32Array | undefined {
  if (options !== undefined) checkObject("options", options, "{ out: y }");
  checkArray(index < 0 ? "x" : part("x", index), x);
  const out = options?.out;
  if (out === undefined) return undefined;
  const name = index < 0 ? "out" : `out[${index}]`;
  checkArray(name, out);
  if (out.length !== x.length) {
    throw new TypeError(
      `${name} has ${out.length} values, expected ${x.length}, the length of ${part("x", index)}.`,
    );
  }
  return out;
}

function checkPair(x: unknown, dy: unknown, index: number): void {
  checkArray(index < 0 ? "x" : part("x", index), x);
  checkArray(index < 0 ? "dy" : part("dy", index), dy);
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
 * A SAU of its own memory, on the fastest tier that works here, compiled without blocking where the host can.
 *
 * Default options: `{ tier: "auto", deterministic: false }`. With "auto" it never rejects for want of a tier.
 *
 * @throws {TierUnavailableError} when the tier asked for by name cannot run here, with the host's error as its cause
 * @throws {TypeError} {RangeError} for options that are none
 */
export async function createSau(options: SauOptions = {}): Promise<Sau> {
  return new Instance(await startAsync(options));
}

/** As {@link createSau}, at once. */
export function createSauSync(options: SauOptions = {}): Sau {
  return new Instance(startSync(options));
}
