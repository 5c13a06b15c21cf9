/** The verbs on arena tensors and on plain arrays, as rows. */
import { TIERS } from "../../ts/tier.js";
import { ALPHA, DX_TOLERANCE, type ExpectedGradients, expectNear, expectSum } from "../data.js";
import { type Row, refusal, type Skipped } from "../rows.js";
import { createSauSync, type Sau, type Tier, TierUnavailableError } from "../shipped.js";

type Params = Parameters<Sau["forward"]>[1];

/** An instance of each tier that runs here, and why the others do not. */
export function saus(tiers: readonly Tier[] = TIERS): { running: Sau[]; skipped: Skipped[] } {
  const running: Sau[] = [];
  const skipped: Skipped[] = [];
  for (const tier of tiers) {
    try {
      running.push(createSauSync({ tier }));
    } catch (error) {
      if (!(error instanceof TierUnavailableError)) throw error;
      skipped.push({ name: `all rows, ${tier}`, reason: refusal(tier) });
    }
  }
  return { running, skipped };
}

/** An arena tensor with `values`. The views of earlier ones are stale afterwards: read `.array` late. */
export function tensor(sau: Sau, values: Float32Array): { readonly array: Float32Array } {
  const made = sau.alloc(values.length);
  made.array.set(values);
  return made;
}

/** sau.forward into `out`. Arrays are asked for when the row first runs, when all have been made. */
export function forwardRow(
  sau: Sau,
  x: { readonly array: Float32Array },
  out: { readonly array: Float32Array },
  params: Params,
  expected: Float32Array,
  more: Partial<Row> = {},
): Row {
  const length = expected.length;
  let [xArray, options] = [x.array, { out: out.array }];
  return {
    name: `sau.forward, ${sau.tier}`,
    elements: length,
    run: () => sau.forward(xArray, params, options),
    check() {
      [xArray, options] = [x.array, { out: out.array }];
      out.array.fill(NaN);
      sau.forward(xArray, params, options);
      expectNear(out.array, expected);
    },
    ...more,
  };
}

/** sau.backward into `dx`, for what `params` names. */
export function backwardRow(
  sau: Sau,
  [x, dy, dx]: readonly { readonly array: Float32Array }[],
  params: Params,
  expected: ExpectedGradients,
  more: Partial<Row> = {},
): Row {
  const arrays = () => [x!.array, dy!.array, { out: { dx: dx!.array } }] as const;
  let [xArray, dyArray, options] = arrays();
  return {
    name: `sau.backward, ${sau.tier}`,
    elements: expected.dx.length,
    run: () => sau.backward(xArray, dyArray, params, options),
    check() {
      [xArray, dyArray, options] = arrays();
      dx!.array.fill(NaN);
      const { dAlpha, dBeta } = sau.backward(xArray, dyArray, params, options) as Record<string, unknown>;
      expectNear(dx!.array, expected.dx, DX_TOLERANCE);
      const terms = expected.dx.length;
      if (dAlpha !== undefined) expectSum("dalpha", total(dAlpha), expected.dAlpha, terms);
      if (dBeta !== undefined) expectSum("dbeta", total(dBeta), expected.dBeta, terms);
    },
    ...more,
  };
}

function total(gradient: unknown): number {
  return typeof gradient === "number"
    ? gradient
    : (gradient as Float32Array).reduce((sum, value) => sum + value, 0);
}

/** A plain array, in the form of a tensor. */
export function plain(array: Float32Array): { readonly array: Float32Array } {
  return { array };
}

export const NUMBERS = (beta: number) => ({ alpha: ALPHA, beta });
