/** Deno, from npm's package of its binary. */
import { failedExamples } from "../examples.js";
import type { Runtime } from "../row.js";
import {
  ALL_TIERS,
  asPrograms,
  copyPrograms,
  installed,
  NO_WEBASSEMBLY,
  output,
  printed,
  rowsOf,
  TWO_WORKERS,
  type Way,
} from "../ways.js";

export const deno: Runtime = {
  name: "deno",
  async rows(context) {
    copyPrograms(context);
    const command = installed("@deno/linux-x64-glibc", "deno");
    const run =
      (...args: string[]) =>
      () =>
        printed(command, ["run", "--no-prompt", ...args], { cwd: context.project });
    const ways: Way[] = [
      // Without any permission, the pool included.
      { way: "ESM", run: run("esm.mjs"), tiers: ALL_TIERS, pool: TWO_WORKERS },
      { way: "CJS", run: run("cjs.cjs"), tiers: ALL_TIERS, pool: TWO_WORKERS },
      { way: "worker", run: run("--allow-read=.", "web-worker.mjs"), tiers: ALL_TIERS, pool: TWO_WORKERS },
      {
        way: "worker_threads",
        run: run("--allow-read=.", "worker.mjs"),
        tiers: ALL_TIERS,
        pool: TWO_WORKERS,
      },
      { way: "--v8-flags=--jitless", run: run("--v8-flags=--jitless", "esm.mjs"), ...NO_WEBASSEMBLY },
    ];
    const version = (await output(command, ["--version"])).split(" ")[1]!;
    return [
      ...(await rowsOf({ runtime: "Deno", version, engine: "V8" }, ways)),
      ...(await failedExamples("Deno", "deno", asPrograms(command, ["run", "--no-prompt"], context.project))),
    ];
  },
};
