/** SAU in plain JavaScript: double precision and an erfc, as a careful program without any library has it. */
import { plainForward } from "../../examples/digits/plain-sau.js";
import { ALPHA, expectNear } from "../data.js";
import type { Row } from "../rows.js";

export const PLAIN = "plain JavaScript";

/** Checked against `expected` too, though it is what that was made by: it must still say so when timed. */
export function plainRow(
  x: Float32Array,
  beta: number,
  expected: Float32Array,
  more: Partial<Row> = {},
): Row {
  const alphas = Float32Array.of(ALPHA);
  const y = new Float32Array(x.length);
  const run = () => plainForward(x, alphas, beta, y);
  const check = () => {
    run();
    expectNear(y, expected, 0);
  };
  return { name: PLAIN, elements: x.length, run, check, ...more };
}
