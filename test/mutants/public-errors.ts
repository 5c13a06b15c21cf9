/**
 * The errors of the implementations of SAU that are public, each put where this package computes the same thing. Their
 * values are exactly those that these implementations return: the formulas differ, what they leave out does not.
 *
 * The kernels in JavaScript stand for all tiers: test/same-bits.test.ts holds the others to their bits.
 */
import { argumentScale } from "../../scripts/fit/coefficients.json";
import type { Mutant } from "./mutant.js";

/** The contract of accuracy, at the default alpha among others. */
const FORWARD = {
  tests: ["test/accuracy/forward.test.ts"],
  named: "at the ends of the parameters' domain",
  withoutSelfTest: true,
};
const BACKWARD = { tests: ["test/gradients.test.ts"], withoutSelfTest: true };
const KERNELS = "ts/kernels/js.ts";

/** The end of the way for elements near 0 in forward with one value for all. */
const SMOOTH_PART = `const h = smoothOf(u, s7, s6, s5, s4, s3, s2, s1, smoothRoot);
        f32[to + i] = fround(h * scale) + leaky;
      }
    }
  }

  /**`;

/** beta itself, in the kernels: theirs is in the scale of the composites. */
const BETA = `(beta / ${argumentScale})`;

/** phi(beta x) / beta. */
const DENSITY = `Math.exp(-0.5 * (${BETA} * input) ** 2) / Math.sqrt(2 * Math.PI) / ${BETA}`;

function smoothPartPlus(error: string): string {
  return SMOOTH_PART.replace("+ leaky;", `+ leaky + (${error});`);
}

export const PUBLIC_ERRORS: readonly Mutant[] = [
  {
    name: "the exponential lacks its factor 1 - alpha (two files for PyTorch)",
    file: KERNELS,
    from: SMOOTH_PART,
    to: smoothPartPlus(`f32[alpha] * ${DENSITY}`),
    ...FORWARD,
  },
  {
    name: "x / 2 stands for (1 + alpha) x / 2 (a blog)",
    file: KERNELS,
    from: SMOOTH_PART,
    to: smoothPartPlus("-0.5 * f32[alpha] * input"),
    ...FORWARD,
  },
  {
    name: "-alpha / x stands for alpha x (torch_activation)",
    file: KERNELS,
    from: "const leaky = fround(f32[sideOf(i32[from + i]!, alpha, one)]! * input);",
    to: "const leaky = fround(input < 0 ? -f32[alpha]! / input : input);",
    ...FORWARD,
  },
  {
    name: "the slope of the negative side is 1 / alpha (a survey)",
    file: KERNELS,
    from: "const leaky = fround(f32[sideOf(i32[from + i]!, alpha, one)]! * input);",
    to: "const leaky = fround((input < 0 ? 1 / f32[alpha]! : 1) * input);",
    ...FORWARD,
  },
  {
    name: "dalpha lacks x / 2 (a blog)",
    file: KERNELS,
    from: "negatives = fround(negatives + fround(f32[sideOf(bits, from + i, zero)]! * gradient));",
    to: "negatives = fround(negatives + fround((f32[sideOf(bits, from + i, zero)]! - input / 2) * gradient));",
    ...BACKWARD,
  },
  {
    name: "the exponent is beta^2 x^2, which overflows into NaN at 0 (float16 files for PyTorch)",
    file: KERNELS,
    from: "const u = fround(distance * beta); // below the clamp, or NaN",
    to: "const u = fround(Math.sqrt(fround(fround(beta * beta) * fround(distance * distance))));",
    ...FORWARD,
  },
];
