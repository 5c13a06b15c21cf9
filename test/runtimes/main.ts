/**
 * `npm run test:runtimes`: runs the packed package in every runtime, compares what they find with the golden hashes
 * and with the matrix of docs/runtimes.md.
 */
import { parseArgs } from "node:util";
import { browsers } from "./browsers/index.js";
import { bun } from "./bun/index.js";
import { deno } from "./deno/index.js";
import { edgeRuntime } from "./edge-runtime/index.js";
import { updateGolden, wrongHashes } from "./golden.js";
import { hermes } from "./hermes/index.js";
import { cells, MATRIX } from "./matrix.js";
import { nodes } from "./node/index.js";
import { Projects } from "./projects.js";
import type { Failure, Row, Runtime } from "./row.js";
import { workerd } from "./workerd/index.js";

const RUNTIMES: readonly Runtime[] = [...nodes, deno, bun, workerd, edgeRuntime, hermes, ...browsers];

const HELP = `Usage: npm run test:runtimes [-- OPTIONS]

Packs the built package, installs it for each runtime in a folder of its own, and runs test/runtimes/body.ts there.

  --only NAME...    these runtimes alone: ${RUNTIMES.map(({ name }) => name).join(", ")}
  --write           writes the matrix of docs/runtimes.md
  --update-golden   takes the hashes that were found as the ones to expect
  --help            this text`;

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      write: { type: "boolean", default: false },
      "update-golden": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return true;
  }
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `The runtimes are installed for Linux on x64 alone, this is ${process.platform} on ${process.arch}.`,
    );
  }
  const names = [...(values.only ?? []), ...positionals];
  const unknown = names.find((name) => !RUNTIMES.some((runtime) => runtime.name === name));
  if (unknown !== undefined) throw new Error(`There is no runtime ${unknown}. --help lists them.`);
  const isWhole = names.length === 0;
  const runtimes = isWhole ? RUNTIMES : RUNTIMES.filter(({ name }) => names.includes(name));

  const results = await runAll(runtimes);
  const rows = results.filter((result) => "hash" in result);
  if (values["update-golden"]) updateGolden(rows);
  const failures = new Map(rows.map((row) => [row, [...row.failures, ...wrongHashes(row)]]));
  if (values.write && (!isWhole || rows.length < results.length)) {
    throw new Error("--write needs every runtime, and each to run: rows would be lost.");
  }
  const matrix = rows.map(cells);
  if (values.write) MATRIX.write(matrix);
  console.log(`\n${MATRIX.text(matrix)}\n`);

  let failed = 0;
  for (const result of results) {
    const words = "error" in result ? [result.error] : failures.get(result)!;
    if (words.length === 0) continue;
    failed++;
    console.error(`${result.runtime}, ${result.way}:\n${words.map((text) => `  ${text}`).join("\n")}\n`);
  }
  // One result more: the page.
  const differing = MATRIX.differences(matrix, isWhole);
  if (differing.length > 0) {
    failed++;
    console.error(`${differing.join("\n")}\nIf that is meant: npm run test:runtimes -- --write\n`);
  }
  console.log(`${results.length + 1 - failed} passed, ${failed} failed`);
  return failed === 0;
}

async function runAll(runtimes: readonly Runtime[]): Promise<(Row | Failure)[]> {
  const projects = await Projects.create();
  try {
    const results: (Row | Failure)[] = [];
    for (const { name, rows } of runtimes) {
      const start = performance.now();
      const found = await rows({ project: projects.copyFor(name) }).catch((error: unknown) => [
        { runtime: name, way: "any", error: String((error as Error).stack ?? error) },
      ]);
      results.push(...found);
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      console.log(`${name}: ${found.length} ways in ${seconds} s`);
    }
    return results;
  } finally {
    projects.remove();
  }
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
