/**
 * `npm run bench:report`: runs the bench, or takes the results of runs, and writes the tables and plots of
 * docs/performance.md from them.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fill } from "../../scripts/markers.js";
import { MissingPeer } from "../peers/peer.js";
import type { Run } from "../results.js";
import { ROOT } from "../shipped.js";
import { merge, serialise } from "./files.js";
import { drawSizes, drawThreads } from "./plots.js";
import { tables } from "./tables.js";

const HELP = `Usage: npm run bench:report [-- --from FILE... | -- options of npm run bench]

Writes the tables and plots of docs/performance.md, from FILEs that npm run bench -- --json FILE has written, or from
a run of its own with the options given; the results of that are kept in docs/performance/results.json.
Where several files have the same suite under the same version of Node, the last one counts.

npm run bench:report -- --node 22,24,26              everything, under four versions of Node
npm run bench:report -- --from docs/performance/results.json   the same document again

Plots need vega: npm ci --prefix bench`;

const DOCUMENT_NAME = "docs/performance.md";
const DOCUMENT = new URL(DOCUMENT_NAME, ROOT);
const FOLDER = new URL("docs/performance/", ROOT);
const RESULTS = new URL("results.json", FOLDER);

const PLOTS = [
  {
    file: "sizes.svg",
    alt: "Time an element against the number of elements, for sau-simd, its peers and the limits",
    draw: drawSizes,
  },
  { file: "threads.svg", alt: "Speed-up against threads, forward and backward", draw: drawThreads },
];

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help") || args.includes("-h")) {
    console.log(HELP);
    return;
  }
  const from = args.indexOf("--from");
  const runs = from === -1 ? runBench(args) : readRuns(args.slice(from + 1));
  // Drawn before anything is written: where vega is missing, nothing has changed.
  const drawings = [];
  for (const { file, alt, draw } of PLOTS) drawings.push({ file, alt, svg: await draw(runs) });
  const images: string[] = [];
  for (const { file, alt, svg } of drawings) {
    if (svg === undefined) {
      console.error(`${file} was not drawn: the results have no such rows.`);
    } else {
      writeFileSync(new URL(file, FOLDER), svg);
      images.push(`![${alt}](performance/${file})`);
    }
  }
  const parts = { ...tables(runs), plots: images.join("\n\n") };
  writeFileSync(DOCUMENT, fill(DOCUMENT_NAME, "bench", readFileSync(DOCUMENT, "utf8"), parts));
  console.log(`Wrote ${fileURLToPath(DOCUMENT)} and its plots.`);
}

/** Runs the bench with `args`; what it found is kept beside the document. */
function runBench(args: readonly string[]): Run[] {
  mkdirSync(FOLDER, { recursive: true });
  const bench = fileURLToPath(new URL("bench/main.ts", ROOT));
  const command = ["--import", "tsx", bench, ...args, "--json", fileURLToPath(RESULTS)];
  const { status } = spawnSync(process.execPath, command, { stdio: "inherit" });
  if (status !== 0) throw new Error(`The bench ended with exit status ${status}: nothing was written.`);
  writeFileSync(RESULTS, serialise(merge([read(fileURLToPath(RESULTS))])));
  return readRuns([fileURLToPath(RESULTS)]); // rounded, as whoever makes the document again has them
}

function readRuns(files: readonly string[]): Run[] {
  if (files.length === 0) throw new Error("--from is followed by nothing, expected files of results.");
  return merge(files.map(read));
}

function read(file: string): Run[] {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file} cannot be read as results: ${(error as Error).message}`);
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const isOurs = error instanceof MissingPeer || (error as Error).constructor === Error;
  if (!isOurs) throw error;
  console.error(`${(error as Error).message}\nnpm run bench:report -- --help says more.`);
  process.exitCode = 1;
}
