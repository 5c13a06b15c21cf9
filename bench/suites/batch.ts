/** Many small arrays at once, beside a call for each and one call for all in one array. */
import {
  activations,
  DX_TOLERANCE,
  expectedBackward,
  expectedForward,
  expectNear,
  TOLERANCE,
  upstream,
  WIDE,
} from "../data.js";
import type { Row, Suite } from "../rows.js";
import { createSauSync } from "../shipped.js";
import { forwardRow, NUMBERS, plain } from "../subjects/verbs.js";

const [ARRAYS, N] = [1000, 16];

/** On the tier that a user gets; see suites/call.ts. */
export const batch: Suite = {
  description: `forwardBatch of ${ARRAYS} arrays of ${N} elements`,
  *groups() {
    const sau = createSauSync();
    const [whole, wholeDy] = [activations(ARRAYS * N), upstream(ARRAYS * N)];
    const expected = expectedForward(whole, WIDE);
    const expectedDx = expectedBackward(whole, wholeDy, WIDE).dx;
    const [xs, dys] = [cut(whole), cut(wholeDy)];
    const outs = cut(new Float32Array(ARRAYS * N));
    const params = NUMBERS(WIDE);
    const together = { out: outs };
    const each = outs.map((out) => ({ out }));
    const gradients = { out: outs.map((dx) => ({ dx })), want: ["dx"] as const };
    const name = `forwardBatch with out, ${sau.tier}`;
    const row = (name: string, expected: Float32Array, tolerance: number, run: () => void): Row => ({
      name,
      elements: ARRAYS,
      run,
      check() {
        for (const out of outs) out.fill(NaN);
        run();
        expectNear(
          outs.flatMap((out) => [...out]),
          expected,
          tolerance,
        );
      },
    });
    yield {
      title: `${ARRAYS} arrays of ${N}, beta = ${WIDE}`,
      unit: "ns an array",
      rows: [
        {
          ...row(name, expected, TOLERANCE, () => sau.forwardBatch(xs, params, together)),
          bars: [{ time: 100 }],
        },
        {
          ...row("sau.forward with out of each", expected, TOLERANCE, () => {
            for (let i = 0; i < ARRAYS; i++) sau.forward(xs[i]!, params, each[i]);
          }),
          against: name,
        },
        forwardRow(sau, plain(whole), plain(new Float32Array(ARRAYS * N)), params, expected, {
          name: `sau.forward of one array of ${ARRAYS * N}`,
          elements: ARRAYS,
          against: name,
        }),
        {
          ...row("backwardBatch, dx alone, with out", expectedDx, DX_TOLERANCE, () =>
            sau.backwardBatch(xs, dys, params, gradients),
          ),
          against: name,
        },
      ],
    };
  },
};

/** Arrays of their own, not views of one. */
function cut(values: Float32Array): Float32Array[] {
  return Array.from({ length: ARRAYS }, (_, i) => values.slice(i * N, (i + 1) * N));
}
