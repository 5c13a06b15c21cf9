/**
 * What a tier gives for many inputs: y, dx where dy is 1, and what it adds to the sums of dalpha and dbeta.
 *
 * The sums of an array of one element are its terms: h, t Q and min(x, 0), each times dy. A million calls a second
 * would take an hour a pair, so that h and Q are asked of the same composites (crate/src/composite.rs) in the kernels
 * that write one value an element, with parameters of which nothing else is left: where x is negative, alpha 0 and
 * a scale of 1 make y = h 1 + 0 and dx = Q 1 + 0, without a rounding on any tier. Both depend on |x| alone, and t Q is
 * one float32 product more. {@link terms} puts them together; test/accuracy/exhaustive.test.ts holds that to calls on
 * one element, to the bit.
 */
import { clamp } from "../../scripts/fit/coefficients.json";
import { alphaGradient, betaGradient } from "../../ts/gradients.js";
import type { Sau } from "../../ts/index.js";
import { BLOCK as LAYOUT, UNITS } from "../../ts/kernels/layout.js";
import { writeUniform } from "../../ts/memory/block.js";
import { argumentBeta } from "../../ts/params.js";
import { sauOn } from "../../ts/sau.js";
import { type Modules, type Running, startSync, type Tier } from "../../ts/tiers.js";
import { bitsOf } from "../support/numbers.js";
import type { Pair } from "../support/oracle.js";

const { fround } = Math;

/** Magnitudes that are evaluated at once, with both signs. */
export const BLOCK = 4096;

const SIGN = 0x80000000;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** An instance of a tier and what it gave last. */
export class TierOutputs {
  /** The inputs: the magnitudes, then their negatives. */
  readonly x: Float32Array;
  /** Of the magnitudes, then of their negatives, as dx. */
  readonly y: Float32Array;
  readonly dx: Float32Array;
  /** h and Q of the magnitudes, as the tier has them. */
  readonly smooth: Float32Array;
  readonly tail: Float32Array;
  readonly #sau: Sau;
  readonly #ones: Float32Array;
  /** Kernels and a memory for the composites alone, since a Sau knows what its own block holds. */
  readonly #composites: Running;
  readonly #negatives: Float32Array;
  readonly #compositesOnes: Float32Array;
  #pair: Pair = { alpha: 0, beta: 1 };

  constructor(
    readonly tier: Tier,
    modules: Modules,
  ) {
    const running = startSync({ tier }, modules);
    this.#sau = sauOn(running);
    [this.x, this.y, this.dx, this.#ones] = arraysIn(running, 2 * BLOCK);
    this.#composites = startSync({ tier }, modules);
    [this.#negatives, this.smooth, this.tail, this.#compositesOnes] = arraysIn(this.#composites, BLOCK);
    this.#ones.fill(1);
    this.#compositesOnes.fill(1);
  }

  /** Takes the parameters of the evaluations to come. */
  setPair(pair: Pair): void {
    this.#pair = pair;
    const { arena } = this.#composites;
    writeUniform(arena, 0, pair.beta);
    const { f32 } = arena.block;
    for (const [offset, value] of [
      [LAYOUT.smoothScale, 1],
      [LAYOUT.tailScale, -1], // times the sign of x
    ] as const) {
      f32.fill(value, offset / FLOAT, offset / FLOAT + UNITS.columns);
    }
  }

  /** Evaluates the magnitudes of {@link BLOCK} bit patterns, `step` apart. */
  evaluate(first: number, step: number): void {
    const bits = bitsOf(this.x);
    const negatives = bitsOf(this.#negatives);
    for (let i = 0; i < BLOCK; i++) {
      const pattern = (first + Math.imul(i, step)) | 0;
      bits[i] = pattern;
      bits[BLOCK + i] = pattern | SIGN;
      negatives[i] = pattern | SIGN;
    }
    const { x, y, dx } = this;
    this.#sau.forward(x, this.#pair, { out: y });
    this.#sau.backward(x, this.#ones, this.#pair, { want: ["dx"], out: { dx } });
    const { arena, kernels } = this.#composites;
    const [from, ones] = [this.#negatives.byteOffset, this.#compositesOnes.byteOffset];
    kernels.forward(from, this.smooth.byteOffset, BLOCK, arena.at.block);
    kernels.backward(from, ones, this.tail.byteOffset, BLOCK, arena.at.block);
  }

  /** The gradients of one element, by calls with that element alone. */
  alone(x: number): { dAlpha: number; dBeta: number } {
    const params = { ...this.#pair };
    return this.#sau.backward(Float32Array.of(x), Float32Array.of(1), params, { want: ["alpha", "beta"] });
  }
}

function arraysIn(
  { arena }: Running,
  length: number,
): [Float32Array, Float32Array, Float32Array, Float32Array] {
  const at = [0, 1, 2, 3].map(() => arena.allocate(length));
  // After the last allocation, which may move the memory.
  const [a, b, c, d] = at.map((address) => arena.newView(address, length));
  return [a!, b!, c!, d!];
}

/**
 * The terms of dalpha and dbeta at each of `x`, from a tier's h and Q at their magnitudes, which repeat: what backward
 * gives for each x alone. Or at every `stride`th alone.
 */
export function terms(
  { alpha, beta }: Pair,
  { x, smooth, tail }: Pick<TierOutputs, "x" | "smooth" | "tail">,
  ofAlpha: Float64Array,
  ofBeta: Float64Array,
  stride = 1,
): void {
  const scaled = argumentBeta(beta);
  const magnitudes = smooth.length;
  for (let i = 0; i < magnitudes; i += stride) {
    const m = x[i]!;
    const h = smooth[i]!;
    const t = Math.min(fround(m * scaled), clamp);
    ofAlpha[i] = alphaGradient(0, h, beta);
    ofAlpha[magnitudes + i] = alphaGradient(-m, h, beta);
    ofBeta[i] = betaGradient(h, fround(t * tail[i]!), alpha, beta);
    ofBeta[magnitudes + i] = ofBeta[i]!;
  }
}
