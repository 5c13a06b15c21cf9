/**
 * `npm run test:bundlers`: has every bundler build pages and servers on the packed package, with no configuration for
 * it, runs them, and compares what they find with the golden hashes of the runtimes.
 */
import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CHROMIUM, installBrowsers } from "../../scripts/browsers.js";
import { wrongHashes } from "../runtimes/golden.js";
import { Projects } from "../runtimes/projects.js";
import { rowsOf } from "../runtimes/ways.js";
import type { Bundler } from "./bundler.js";
import { esbuild } from "./bundlers/esbuild.js";
import { next } from "./bundlers/next.js";
import { rollup } from "./bundlers/rollup.js";
import { vite } from "./bundlers/vite.js";
import { rspack, webpack } from "./bundlers/webpack.js";

const BUNDLERS: readonly Bundler[] = [vite, webpack, rollup, esbuild, rspack, next];

const HELP = `Usage: npm run test:bundlers [-- OPTIONS]

Packs the built package, installs it for each bundler in a folder of its own, has pages and servers built there, and
runs them: pages in Chromium, which is installed where it is missing.

  --only NAME...    these bundlers alone: ${BUNDLERS.map(({ name }) => name).join(", ")}
  --help            this text`;

/** Bytes of a program that calls forward and backward, gzipped: what docs/bundlers.md says, and a little more. */
const MOST_BYTES = 25.5 * 1024;

const PROGRAMS = fileURLToPath(new URL("programs/", import.meta.url));

/** Prints a bundler's line, and returns the number of its ways, and what is wrong with those that fail, in words. */
async function run(
  { name, version, bundle }: Bundler,
  project: string,
): Promise<{ ways: number; wrong: string[] }> {
  const start = performance.now();
  cpSync(PROGRAMS, project, { recursive: true });
  let found: Awaited<ReturnType<typeof rowsOf>>;
  let size = "";
  try {
    const { ways, gzipped } = await bundle(project);
    found = await rowsOf({ runtime: name, version, engine: "V8" }, ways);
    if (gzipped !== undefined) size = `, ${gzipped} bytes gzipped`;
    if (gzipped !== undefined && gzipped > MOST_BYTES) {
      throw new Error(`forward and backward take ${gzipped} bytes gzipped, expected at most ${MOST_BYTES}`);
    }
  } catch (error) {
    found = [{ runtime: name, way: "any", error: String((error as Error).stack ?? error) }];
  }
  const wrong = found.flatMap((result) => {
    const words = "error" in result ? [result.error] : [...result.failures, ...wrongHashes(result)];
    return words.length === 0
      ? []
      : [`${name}, ${result.way}:\n${words.map((text) => `  ${text}`).join("\n")}`];
  });
  const ways = found.map((result) =>
    "hash" in result ? `${result.way} (${result.tier}, threads: ${result.threads})` : result.way,
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `${name} ${version}${size}: ${ways.join(", ")}; ${wrong.length === 0 ? "passed" : "FAILED"} in ${seconds} s`,
  );
  return { ways: found.length, wrong };
}

async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({
    options: {
      only: { type: "string", multiple: true },
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
  const bundlers = names.length === 0 ? BUNDLERS : BUNDLERS.filter(({ name }) => names.includes(name));

  installBrowsers([CHROMIUM]);
  const projects = await Projects.create();
  let passed = 0;
  const failures: string[] = [];
  try {
    for (const bundler of bundlers) {
      const { ways, wrong } = await run(bundler, projects.copyFor(bundler.name));
      failures.push(...wrong);
      passed += ways - wrong.length;
    }
  } finally {
    projects.remove();
  }
  for (const text of failures) console.error(`\n${text}`);
  console.log(`\n${passed} passed, ${failures.length} failed`);
  return failures.length === 0;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
