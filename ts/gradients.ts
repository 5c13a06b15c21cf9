/**
 * Which gradients a call of backward computes, where they go, and how sums become gradients.
 *
 * dalpha = sum of (min(x, 0) - h / beta) dy, dbeta = -(1 - alpha) / beta^2 sum of phi dy, with
 * phi = h + t Q, and dbias = sum of dx: all from four sums of float32 terms (crate/src/sums.rs).
 */
import { checkObject, describe } from "./errors.js";
import { SUM } from "./kernels/layout.js";
import {
  type CheckedParams,
  checkArray,
  densitySum,
  type ParamsChecker,
  type SauParams,
  smoothSum,
} from "./params.js";

/** What backward can compute. */
export const WANTS = ["dx", "alpha", "beta", "bias"] as const;

/** The gradient of x, or of a parameter. */
export type Want = (typeof WANTS)[number];

/** The caller's arrays for the gradients of one array; one that overlaps another is a TypeError. For a parameter that is one number: of length 1. */
export interface GradientOutputs {
  readonly dx?: Float32Array;
  readonly dAlpha?: Float32Array;
  readonly dBeta?: Float32Array;
  readonly dBias?: Float32Array;
}

/** A parameter's gradient: a number for a number, one value a channel for one value a channel. */
type GradientOf<Parameter> = [Parameter] extends [Float32Array]
  ? Float32Array
  : [Parameter] extends [number | undefined]
    ? number
    : number | Float32Array;

interface AllGradients<P extends SauParams> {
  dx: Float32Array;
  dAlpha: GradientOf<P["alpha"]>;
  dBeta: GradientOf<P["beta"]>;
  dBias: GradientOf<P["bias"]>;
}

interface NameOf {
  dx: "dx";
  alpha: "dAlpha";
  beta: "dBeta";
  bias: "dBias";
}

/** What backward returns: just what was wanted. */
export type Gradients<P extends SauParams = SauParams, W extends Want = "dx" | (Want & keyof P)> = {
  -readonly [Name in NameOf[W]]: AllGradients<P>[Name];
};

/** Options of backward. */
export interface BackwardOptions<W extends Want = Want> {
  /** What to compute. Default: dx, and the gradient of each parameter that params names. */
  readonly want?: readonly W[];
  /** Where to put it; what is missing here is made anew. */
  readonly out?: GradientOutputs;
  /** Adds to `out` instead of overwriting it. Default false. */
  readonly accumulate?: boolean;
}

/** Names of the parameters and of their gradients. */
const PARAMETERS = [
  ["alpha", "dAlpha"],
  ["beta", "dBeta"],
  ["bias", "dBias"],
] as const;

/** A checked question. */
export interface CheckedWant {
  readonly dx: boolean;
  readonly alpha: boolean;
  readonly beta: boolean;
  readonly bias: boolean;
  /** The caller's arrays, each asked for once, so that what is checked is what is written to. */
  readonly out: { readonly [Name in keyof GradientOutputs]: Float32Array | undefined };
  readonly accumulate: boolean;
}

const NO_OUTPUTS: GradientOutputs = {};

/** What was asked for, each part asked for once (see ParamsChecker). */
export interface Question {
  readonly want: readonly Want[] | undefined;
  readonly out: CheckedWant["out"];
  readonly accumulate: boolean;
}

/**
 * Asks for each part of the options once, but for `out`, which is given.
 *
 * @throws {TypeError} for an unknown want, and for what is of another kind
 */
export function readQuestion(
  options: Pick<BackwardOptions, "want" | "accumulate">,
  out?: GradientOutputs,
): Question {
  const { want, accumulate = false } = options;
  if (want !== undefined && !Array.isArray(want)) {
    throw new TypeError(`want is ${describe(want)}, expected an array of ${list(WANTS)}.`);
  }
  const names: readonly Want[] | undefined = want && [...want];
  for (const item of names ?? []) {
    if (!WANTS.includes(item)) {
      throw new TypeError(`want has ${describe(item)}, expected one of ${list(WANTS)}.`);
    }
  }
  if (typeof accumulate !== "boolean") {
    throw new TypeError(`accumulate is ${describe(accumulate)}, expected true or false.`);
  }
  return { want: names, out: readOutputs(out), accumulate };
}

/** Asks for each of the caller's arrays once. */
export function readOutputs(out: GradientOutputs = NO_OUTPUTS): Question["out"] {
  checkObject("out", out, "{ dx: new Float32Array(n) }");
  return { dx: out.dx, dAlpha: out.dAlpha, dBeta: out.dBeta, dBias: out.dBias };
}

/**
 * Checks what is wanted and where it should go.
 *
 * @throws {TypeError} for an output that is not wanted, of the wrong kind or length
 */
export function checkWant(
  { want, out, accumulate }: Question,
  given: ParamsChecker["given"],
  params: CheckedParams,
  length: number,
): CheckedWant {
  const wanted = (name: Want): boolean =>
    want === undefined ? name === "dx" || given[name as "alpha"] !== undefined : want.includes(name);
  const checked = {
    dx: wanted("dx"),
    alpha: wanted("alpha"),
    beta: wanted("beta"),
    bias: wanted("bias"),
    out,
    accumulate,
  };
  checkOutput("dx", out.dx, checked.dx, length, "the length of x");
  for (const [name, gradient] of PARAMETERS) {
    const { perChannel } = params[name];
    const expected = perChannel ? params.layout!.channels : 1;
    const why = perChannel ? `the channels of ${name}` : `one for the number ${name}`;
    checkOutput(gradient, out[gradient], checked[name], expected, why);
  }
  return checked;
}

function checkOutput(name: string, array: unknown, wanted: boolean, length: number, why: string): void {
  if (array === undefined) return;
  if (!wanted) throw new TypeError(`out.${name} was given, but want does not ask for it.`);
  checkArray(`out.${name}`, array);
  if (array.length !== length) {
    throw new TypeError(`out.${name} has ${array.length} values, expected ${length}, ${why}.`);
  }
}

function list(names: readonly string[]): string {
  return names.map(describe).join(", ");
}

/** dalpha, from the kernels' sums of min(x, 0) dy and of h dy. */
export function alphaGradient(negative: number, smooth: number, beta: number): number {
  return negative - smoothSum(smooth) / beta;
}

/** dbeta, from the kernels' sums of h dy and of t Q dy. */
export function betaGradient(smooth: number, tail: number, alpha: number, beta: number): number {
  return ((alpha - 1) / beta / beta) * densitySum(smooth, tail);
}

/**
 * The parameters' gradients from the sums, into `result` and the caller's arrays.
 *
 * @param sums kind after kind, one value a channel
 */
export function finish(
  result: Record<string, unknown>,
  wanted: CheckedWant,
  params: CheckedParams,
  sums: Float64Array,
): void {
  const channels = params.layout?.channels ?? 1;
  const gradient = {
    alpha: (c: number, _alpha: number, beta: number) =>
      alphaGradient(sums[SUM.negative * channels + c]!, sums[SUM.smooth * channels + c]!, beta),
    beta: (c: number, alpha: number, beta: number) =>
      betaGradient(sums[SUM.smooth * channels + c]!, sums[SUM.tail * channels + c]!, alpha, beta),
    bias: (c: number) => sums[SUM.slope * channels + c]!,
  };
  const { alpha, beta } = params;
  for (const [name, key] of PARAMETERS) {
    if (!wanted[name]) continue;
    const { perChannel } = params[name];
    const given = wanted.out[key];
    const target = given ?? (perChannel ? new Float32Array(channels) : undefined);
    let total = 0;
    for (let c = 0; c < channels; c++) {
      const a = alpha.values[alpha.perChannel ? c : 0]!;
      const b = beta.values[beta.perChannel ? c : 0]!;
      const value = gradient[name](c, a, b);
      if (perChannel) target![c] = wanted.accumulate ? target![c]! + value : value;
      else total += value;
    }
    if (perChannel) {
      result[key] = target;
    } else {
      if (given !== undefined) {
        if (wanted.accumulate) total += given[0]!;
        given[0] = total;
      }
      result[key] = total;
    }
  }
}
