/** `npm run training:report`: writes the tables and plots of docs/training.md from files of results. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MissingPeer } from "../../../bench/peers/peer.js";
import { fill } from "../../../scripts/markers.js";
import { parseOptions, runCommand } from "../command-line.js";
import { ACTIVATION_NAMES } from "../nets/activations.js";
import { type Recorded, ResultsError, readResults, serialise } from "../results.js";
import { keyOf } from "../settings.js";
import { drawCurves, type Quantity } from "./curves.js";
import { compareAll, DOCUMENT_NAME, parts } from "./parts.js";

const HELP = `Writes the tables and plots of ${DOCUMENT_NAME}.

npm run training:report [-- FILE...]

Takes the results in FILEs, of which the last counts where a run is in several, and keeps them in
docs/training/results.jsonl; without a FILE, those that are kept there. The trials of learning rates are those in
docs/training/trials.jsonl. Plots need vega: npm ci --prefix bench`;

const ROOT = new URL("../../../", import.meta.url);
const DOCUMENT = new URL(DOCUMENT_NAME, ROOT);
const FOLDER = new URL("docs/training/", ROOT);
const KEPT = fileURLToPath(new URL("results.jsonl", FOLDER));
const TRIALS = fileURLToPath(new URL("trials.jsonl", FOLDER));

async function main(args: readonly string[]): Promise<void> {
  const { values, positionals: files } = parseOptions({
    args: [...args],
    allowPositionals: true,
    options: { help: { type: "boolean" } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const results = merge(files.length === 0 ? [KEPT] : files);
  const comparisons = compareAll(results);
  const tried = readResults(TRIALS);
  // Drawn before anything is written: where vega is missing, nothing has changed.
  const plots: { readonly file: string; readonly svg: string }[] = [];
  for (const comparison of comparisons) {
    for (const quantity of ["accuracy", "loss"] satisfies Quantity[]) {
      plots.push({
        file: `${comparison.net}-${quantity}.svg`,
        svg: await drawCurves(comparison, quantity),
      });
    }
  }
  const document = fill(DOCUMENT_NAME, "training", readFileSync(DOCUMENT, "utf8"), parts(comparisons, tried));
  mkdirSync(FOLDER, { recursive: true });
  for (const { file, svg } of plots) writeFileSync(new URL(file, FOLDER), svg);
  writeFileSync(KEPT, serialise(results));
  writeFileSync(DOCUMENT, document);
  console.log(`Wrote ${DOCUMENT_NAME} and its plots, from ${results.length} runs.`);
}

/** All runs, in the order of networks, seeds and activations. */
function merge(files: readonly string[]): Recorded[] {
  const results = files.flatMap((file) => readResults(file));
  const byKey = new Map(results.map((result) => [keyOf(result), result]));
  const order = ({ activation }: Recorded) => ACTIVATION_NAMES.indexOf(activation);
  return [...byKey.values()].sort(
    (a, b) => a.net.localeCompare(b.net) || a.seed - b.seed || order(a) - order(b),
  );
}

await runCommand("training report", [ResultsError, MissingPeer], () => main(process.argv.slice(2)));
