// The body on the package, imported by its names as any program imports it: what every page and server runs.
import * as sau from "sau-simd";
import * as js from "sau-simd/js";
import { createSauPool } from "sau-simd/threads";
import { run } from "./body.js";

const PARAMS = { alpha: 0.15, beta: 1.7 };

export async function find() {
  const found = await run(sau, { createSauPool });
  return { ...found, failures: [...found.failures, ...differences()] };
}

/** Where plain JavaScript gives other bits than the exact kernels, in words. */
function differences() {
  const x = Float32Array.from({ length: 101 }, (_, i) => (i - 50) / 16);
  const [plain, exact] = [js.createSauSync(), sau.createSauSync({ deterministic: true })];
  const failures = plain.tier === "js" ? [] : [`the tier of sau-simd/js is ${plain.tier}`];
  for (const [name, resultsOf] of Object.entries({
    y: (one) => one.forward(x, PARAMS),
    dx: (one) => one.backward(x, x, PARAMS).dx,
  })) {
    if (resultsOf(plain).join() !== resultsOf(exact).join())
      failures.push(`sau-simd/js gives another ${name}`);
  }
  return failures;
}
