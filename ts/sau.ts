/** The verbs: their arguments checked, then handed to the stream. What they promise is in api.ts. */
import type { ArenaTensor, BackwardBatchOptions, ForwardBatchOptions, ForwardOptions, Sau } from "./api.js";
import { backwardPacked, forwardPacked, packing } from "./batch.js";
import {
  checkBackwardBatch,
  checkForward,
  checkForwardBatch,
  checkPair,
  checkPlaces,
  isDxAlone,
  readBackward,
  readOut,
} from "./checks.js";
import { DisposedError } from "./errors.js";
import {
  type BackwardOptions,
  type CheckedWant,
  checkWant,
  finish,
  type Gradients,
  type Want,
} from "./gradients.js";
import { SUM } from "./kernels/layout.js";
import { Stream } from "./memory/stream.js";
import { type CheckedParams, ParamsChecker, type SauParams } from "./params.js";
import type { Running, Tier, TierReport } from "./tiers.js";

/** Symbol.dispose, or what stands in for it where the host has none. */
const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for("Symbol.dispose");

class Instance implements Sau {
  readonly tier: Tier;
  readonly tierReport: readonly TierReport[];
  readonly #params = new ParamsChecker();
  /** Sums of a call whose parameters are numbers; kept so that a call makes no garbage. */
  readonly #sums = new Float64Array(SUM.count);
  #stream: Stream | undefined;

  constructor({ tier, report, arena, kernels }: Running, stream = new Stream(arena, kernels)) {
    this.tier = tier;
    this.tierReport = Object.freeze(report.map((entry) => Object.freeze(entry)));
    this.#stream = stream;
  }

  #use(): Stream {
    if (this.#stream === undefined) throw new DisposedError("This Sau");
    return this.#stream;
  }

  forward(x: Float32Array, params?: SauParams, options?: ForwardOptions): Float32Array {
    const stream = this.#use();
    const out = readOut(options);
    this.#params.read(params);
    checkForward(x, out);
    const checked = this.#params.check(x.length);
    const y = out ?? new Float32Array(x.length);
    stream.forward(x, y, checked);
    return y;
  }

  backward<const P extends SauParams, const W extends Want>(
    x: Float32Array,
    dy: Float32Array,
    params?: P,
    options: BackwardOptions<W> = {},
  ): Gradients<P, W> {
    const stream = this.#use();
    const question = readBackward(options);
    const { given } = this.#params.read(params);
    checkPair(x, dy, -1);
    const checked = this.#params.check(x.length);
    const wanted = checkWant(question, given, checked, x.length);
    checkPlaces(stream.arena, wanted);
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
      stream.backward(x, dy, dx, wanted.accumulate, params, sums, wanted.bias);
    }
    if (sums !== undefined) finish(result, wanted, params, sums);
    return result;
  }

  #sumsFor({ layout }: CheckedParams): Float64Array {
    return layout === undefined ? this.#sums.fill(0) : new Float64Array(SUM.count * layout.channels);
  }

  forwardBatch(
    inputs: readonly Float32Array[],
    params?: SauParams,
    options: ForwardBatchOptions = {},
  ): Float32Array[] {
    const stream = this.#use();
    const { checked, xs, out } = checkForwardBatch(this.#params, inputs, params, options);
    if (checked === undefined) return [];
    if (out !== undefined) for (const y of out) stream.arena.checkPlace(y);
    const ys = out ?? xs.map((x) => new Float32Array(x.length));
    const pass = packing(xs, checked);
    if (pass !== undefined) forwardPacked(stream, xs, ys, checked, pass);
    else for (const [i, x] of xs.entries()) stream.forward(x, ys[i]!, checked);
    return ys;
  }

  backwardBatch<const P extends SauParams, const W extends Want>(
    inputs: readonly Float32Array[],
    gradients: readonly Float32Array[],
    params?: P,
    options: BackwardBatchOptions<W> = {},
  ): Gradients<P, W>[] {
    const stream = this.#use();
    const { checked, xs, dys, wants } = checkBackwardBatch(this.#params, inputs, gradients, params, options);
    if (checked === undefined) return [];
    for (const wanted of wants) checkPlaces(stream.arena, wanted);
    const pass = wants.every(isDxAlone) ? packing(xs, checked) : undefined;
    if (pass === undefined) {
      const all = xs.map((x, i) => this.#backward(stream, x, dys[i]!, checked, wants[i]!));
      return all as Gradients<P, W>[];
    }
    const results = xs.map((x, i) => ({ dx: wants[i]!.out.dx ?? new Float32Array(x.length) }));
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

/** A Sau on what already runs. A stream knows what its block holds, so that an arena must have no other. */
export function sauOn(running: Running, stream?: Stream): Sau {
  return new Instance(running, stream);
}
