/** Bun, from npm's package of its binary. Its engine can be told to be one that lacks something. */
import { failedExamples } from "../examples.js";
import type { Runtime } from "../row.js";
import {
  asPrograms,
  copyPrograms,
  EXACT_TIERS,
  installed,
  NO_WEBASSEMBLY,
  output,
  printed,
  rowsOf,
  TWO_WORKERS,
  type Way,
} from "../ways.js";

export const bun: Runtime = {
  name: "bun",
  async rows(context) {
    copyPrograms(context);
    const command = installed("@oven/bun-linux-x64", "bin/bun");
    const run =
      (program: string, env: Record<string, string> = {}) =>
      () =>
        printed(command, [program], { cwd: context.project, env: { ...process.env, ...env } });
    const ways: Way[] = [
      { way: "ESM", run: run("esm.mjs"), tiers: EXACT_TIERS, pool: TWO_WORKERS },
      { way: "CJS", run: run("cjs.cjs"), tiers: EXACT_TIERS, pool: TWO_WORKERS },
      { way: "worker", run: run("web-worker.mjs"), tiers: EXACT_TIERS, pool: TWO_WORKERS },
      { way: "worker_threads", run: run("worker.mjs"), tiers: EXACT_TIERS, pool: TWO_WORKERS },
      {
        way: "no SharedArrayBuffer",
        run: run("esm.mjs", { BUN_JSC_useSharedArrayBuffer: "0" }),
        tiers: EXACT_TIERS,
        pool: /^1 thread, the calling one: this host has no SharedArrayBuffer$/,
      },
      {
        way: "no SIMD in WebAssembly",
        run: run("esm.mjs", { BUN_JSC_useWasmSIMD: "0" }),
        tiers: ["scalar", "js"],
        passedOver: /^CompileError: /,
        pool: TWO_WORKERS,
      },
      { way: "no WebAssembly", run: run("esm.mjs", { BUN_JSC_useWasm: "0" }), ...NO_WEBASSEMBLY },
    ];
    const version = (await output(command, ["--version"])).trim();
    return [
      ...(await rowsOf({ runtime: "Bun", version, engine: "JavaScriptCore" }, ways)),
      ...(await failedExamples("Bun", "bun", asPrograms(command, [], context.project))),
    ];
  },
};
