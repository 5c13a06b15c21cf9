/**
 * Trains the network of examples/digits and writes worker/model.json; with --check compares instead.
 *
 * On a tier whose bits are the same everywhere, so that anyone's training gives the same file.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createSauSync } from "../../dist/index.js";
import { type Digits, loadTestDigits, loadTrainingDigits } from "../digits/digits.js";
import { createNetwork, type Network } from "../digits/network.js";
import { createProgress } from "../digits/progress.js";
import { createRandom } from "../digits/random.js";
import { BATCH, classify, stepsPerEpoch, train } from "../digits/training.js";
import { quantize, restore } from "./worker/model.js";

const FILE = new URL("worker/model.json", import.meta.url);
const SEED = 1;
const EPOCHS = 4;
const BETA = 20_000; // the paper's

const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;

const random = createRandom(SEED);
const network = createNetwork(createSauSync({ deterministic: true }), BATCH, BETA, random);
const digits = loadTrainingDigits();
const steps = EPOCHS * stepsPerEpoch(digits);
train(network, digits, steps, random, createProgress(steps, stepsPerEpoch(digits)));

const unseen = loadTestDigits();
console.log(`${right(network, unseen)} of ${unseen.count} unseen digits are read right as trained`);
const model = quantize(BETA, network.parameters);
restore(model, network.parameters);
console.log(`${right(network, unseen)} with parameters of 8 bits`);

const text = `${JSON.stringify(model)}\n`;
if (!check) {
  writeFileSync(FILE, text);
  console.log(`wrote worker/model.json, ${text.length} bytes`);
} else if (readFileSync(FILE, "utf8") === text) {
  console.log("worker/model.json is what this training gives");
} else {
  console.error("worker/model.json is not what this training gives. Run: npm run edge:model");
  process.exitCode = 1;
}

function right(trained: Network, digits: Digits): number {
  return classify(trained, digits).filter((digit, index) => digit === digits.labels[index]).length;
}
