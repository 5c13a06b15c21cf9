// The body in a Worker that brings the module itself.
import * as sau from "sau-simd/init";
import relaxed from "sau-simd/relaxed.wasm";
import scalar from "sau-simd/scalar.wasm";
import simd from "sau-simd/simd.wasm";
import { run } from "./body.js";

/** What `init` throws for a module that this is not, or nothing. */
function refusalOf(module) {
  try {
    sau.init(module);
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

// Whatever the host compiled: the last one stays.
const refusals = [scalar, simd, relaxed].map(refusalOf);
const wrong = refusalOf({});

export default {
  async fetch() {
    const found = await run(sau);
    const failures = refusals.filter((refusal) => refusal !== undefined);
    if (!/^TypeError: module is an object, expected a WebAssembly.Module of /.test(wrong))
      failures.push(wrong);
    return Response.json({ ...found, failures: [...found.failures, ...failures] });
  },
};
