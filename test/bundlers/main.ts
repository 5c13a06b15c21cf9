/**
 * `npm run test:bundlers`: has every bundler build pages and servers on the packed package, with no configuration for
 * it, runs them, and compares what they find with the golden hashes of the runtimes, and what they weigh with the tables
 * of docs/bundlers.md.
 */
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CHROMIUM, installBrowsers } from "../../scripts/browsers.js";
import { wrongHashes } from "../runtimes/golden.js";
import { Projects } from "../runtimes/projects.js";
import { rowsOf } from "../runtimes/ways.js";
import type { Cells } from "../support/docs-table.js";
import { importedName, MOST_BUNDLED_BYTES } from "../support/sizes.js";
import type { Bundler, Bundles } from "./bundler.js";
import { esbuild } from "./bundlers/esbuild.js";
import { next } from "./bundlers/next.js";
import { rollup } from "./bundlers/rollup.js";
import { vite } from "./bundlers/vite.js";
import { rspack, webpack } from "./bundlers/webpack.js";
import { BUNDLED, bundledCells, PUBLISHED, publishedRows } from "./tables.js";

const BUNDLERS: readonly Bundler[] = [vite, webpack, rollup, esbuild, rspack, next];

const HELP = `Usage: npm run test:bundlers [-- OPTIONS]

Packs the built package, installs it for each bundler in a folder of its own, has pages and servers built there, and
runs them: pages in Chromium, which is installed where it is missing.

  --only NAME...    these bundlers alone: ${BUNDLERS.map(({ name }) => name).join(", ")}
  --write           writes the tables of docs/bundlers.md
  --help            this text`;

const PROGRAMS = fileURLToPath(new URL("programs/", import.meta.url));

/** What came of a bundler. */
interface Result {
  /** Its row of the docs' table; undefined where nothing was built. */
  readonly row?: Cells;
  /** How many ways passed. */
  readonly passed: number;
  /** What is wrong with each of the others, in words. */
  readonly wrong: readonly string[];
}

/** What is too large, in words. */
function excess(sizes: NonNullable<Bundles["sizes"]>): string[] {
  return (["index", "js"] as const)
    .filter((entry) => sizes[entry] > MOST_BUNDLED_BYTES[entry])
    .map(
      (entry) =>
        `forward and backward of ${importedName(entry)} take ${sizes[entry]} bytes gzipped, expected at most ${MOST_BUNDLED_BYTES[entry]}`,
    );
}

/** Runs a bundler and what it makes, and prints its line. */
async function run(bundler: Bundler, project: string): Promise<Result> {
  const { name, version } = bundler;
  const start = performance.now();
  cpSync(PROGRAMS, project, { recursive: true });
  let sizes: Bundles["sizes"];
  let row: Cells | undefined;
  let found: Awaited<ReturnType<typeof rowsOf>>;
  try {
    const bundles = await bundler.bundle(project);
    found = await rowsOf({ runtime: name, version, engine: "V8" }, bundles.ways);
    sizes = bundles.sizes;
    row = bundledCells(
      bundler,
      bundles.ways.map(({ way }) => way),
      sizes,
    );
  } catch (error) {
    found = [{ runtime: name, way: "any", error: String((error as Error).stack ?? error) }];
  }
  const inWords = (way: string, words: readonly string[]): string[] =>
    words.length === 0 ? [] : [`${name}, ${way}:\n${words.map((text) => `  ${text}`).join("\n")}`];
  const wrongWays = found.flatMap((result) =>
    inWords(result.way, "error" in result ? [result.error] : [...result.failures, ...wrongHashes(result)]),
  );
  const wrong = [...wrongWays, ...inWords("size", sizes === undefined ? [] : excess(sizes))];
  const ways = found.map((result) =>
    "hash" in result ? `${result.way} (${result.tier}, threads: ${result.threads})` : result.way,
  );
  const weight = sizes === undefined ? "" : `, ${sizes.index} and ${sizes.js} bytes gzipped`;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `${name} ${version}${weight}: ${ways.join(", ")}; ${wrong.length === 0 ? "passed" : "FAILED"} in ${seconds} s`,
  );
  return { ...(row && { row }), passed: found.length - wrongWays.length, wrong };
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(HELP);
    return true;
  }
  const names = [...(values.only ?? []), ...positionals];
  const unknown = names.find((name) => !BUNDLERS.some((bundler) => bundler.name === name));
  if (unknown !== undefined) throw new Error(`There is no bundler ${unknown}. --help lists them.`);
  const isWhole = names.length === 0;
  const bundlers = isWhole ? BUNDLERS : BUNDLERS.filter(({ name }) => names.includes(name));

  installBrowsers([CHROMIUM]);
  const projects = await Projects.create();
  const results: Result[] = [];
  try {
    for (const bundler of bundlers) results.push(await run(bundler, projects.copyFor(bundler.name)));
  } finally {
    projects.remove();
  }
  const rows = results.flatMap(({ row }) => (row === undefined ? [] : [row]));
  const published = await publishedRows();
  if (values.write && rows.length < BUNDLERS.length) {
    throw new Error("--write needs every bundler, and each to build: rows would be lost.");
  }
  if (values.write) {
    BUNDLED.write(rows);
    PUBLISHED.write(published);
  }
  console.log(`\n${BUNDLED.text(rows)}\n\n${PUBLISHED.text(published)}`);

  const failures = results.flatMap(({ wrong }) => wrong);
  // One result more: the page.
  const differing = [...BUNDLED.differences(rows, isWhole), ...PUBLISHED.differences(published, true)];
  if (differing.length > 0) {
    failures.push(`${differing.join("\n")}\nIf that is meant: npm run test:bundlers -- --write`);
  }
  for (const text of failures) console.error(`\n${text}`);
  const passed = results.reduce((sum, result) => sum + result.passed, differing.length === 0 ? 1 : 0);
  console.log(`\n${passed} passed, ${failures.length} failed`);
  return failures.length === 0;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
