/** Promise: the code of docs/frameworks.md on jax-js runs, and gives SAU and its gradients. */
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/command.js";
import { codeBlocks, installInto, runCode } from "../../support/docs.js";
import { activations, roundedPair, slopes } from "../../support/oracle.js";

it("jax-js in docs/frameworks.md", () => {
  const folder = temporaryFolder();
  installInto(folder, import.meta.dirname, ["@jax-js/jax"]);
  const code = codeBlocks("docs/frameworks.md", "js").find((block) => block.includes("@jax-js/jax"));
  const found = JSON.parse(runCode(code!, folder)) as number[][];
  const x = Float32Array.of(-2, -0.5, 0, 0.5, 2);
  const pair = roundedPair(0.15, 1.7);
  const exact = slopes(x, pair);
  const sum = (values: Float64Array) => [values.reduce((total, value) => total + value, 0)];
  const expected = [activations(x, pair), exact.x, sum(exact.alpha), sum(exact.beta)];
  for (const [i, values] of expected.entries()) {
    expect(found[i]).toHaveLength(values.length);
    for (const [at, value] of values.entries()) expect(found[i]![at], `${i}, ${at}`).toBeCloseTo(value, 5);
  }
});
