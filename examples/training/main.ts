/** `npm run example:training`: trains networks with SAU and with other activations, and keeps what it finds. */
import { cpus } from "node:os";
import { runCommand } from "./command-line.js";
import { DataError } from "./data/dataset.js";
import { loadDataset } from "./data/index.js";
import { tf, useBackend } from "./framework.js";
import { HELP, type Options, readOptions } from "./options.js";
import { Progress } from "./progress.js";
import {
  appendResult,
  checkBackend,
  openResults,
  type Recorded,
  ResultsError,
  readResults,
} from "./results.js";
import { FolderError, keep, makeFolder } from "./save/keep.js";
import { keyOf } from "./settings.js";
import { DivergedError, train } from "./train.js";

async function main({ runs, data, path, backend, results, save }: Options): Promise<void> {
  openResults(results);
  const known = readResults(results);
  checkBackend(known, backend, results);
  // A network that is to be saved has to be trained, whether or not its result is known.
  const done = new Set(save === undefined ? known.map(keyOf) : []);
  const left = runs.filter((run) => !done.has(keyOf(run)));
  if (left.length < runs.length)
    console.log(`${results} has ${runs.length - left.length} of ${runs.length} runs`);
  if (left.length === 0) return;
  if (save !== undefined) makeFolder(save);
  const dataset = loadDataset(data, path);
  await useBackend(backend);
  const on = environment(backend);
  const progress = new Progress(left);
  for (const [index, run] of left.entries()) {
    progress.start(run);
    const { network, result } = train(run, dataset, (_, loss) => progress.step(loss));
    appendResult(results, { ...result, on });
    if (save !== undefined) await keep(network, dataset, save);
    network.dispose();
    progress.end(result, index);
  }
}

function environment(backend: string): Recorded["on"] {
  return { node: process.version, tfjs: tf.version_core, backend, processor: cpus()[0]?.model ?? "unknown" };
}

await runCommand("training", [DataError, ResultsError, FolderError, DivergedError], async () => {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else await main(options);
});
