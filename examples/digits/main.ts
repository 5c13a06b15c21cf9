/**
 * The demo: a small network learns to read real handwritten digits in this process, with SAU
 * computed by sau-simd and everything else by the plain loops of this folder.
 */
import { createSauSync } from "sau-simd";
import { compareSpeed } from "./comparison.js";
import { loadTestDigits, loadTrainingDigits } from "./digits.js";
import { createNetwork } from "./network.js";
import { HELP, OptionError, type Options, readOptions } from "./options.js";
import { createProgress } from "./progress.js";
import { createRandom } from "./random.js";
import { alphaLines, comparisonLines, digitLines, tierLines } from "./report.js";
import { BATCH, classify, stepsPerEpoch, train } from "./training.js";

/** How much of the demo to do, and how well it has to end. */
const FULL = { timingRounds: 60, requiredAccuracy: 0.95 };
const QUICK = { steps: 300, timingRounds: 5, requiredAccuracy: 0.85 };

const FAILED = 1;
const BAD_OPTIONS = 2;

function demo(options: Options): void {
  const start = performance.now();
  const sau = createInstance(options.tier);
  print(tierLines(sau));

  const random = createRandom(options.seed);
  const digits = loadTrainingDigits();
  const network = createNetwork(sau, BATCH, options.beta, random);
  const epochSteps = stepsPerEpoch(digits);
  const steps = options.quick ? QUICK.steps : options.epochs * epochSteps;
  print([
    network.description,
    `${count(digits.count)} digits to learn from, ${count(steps)} steps, ` +
      `beta ${options.beta}, seed ${options.seed}`,
  ]);
  train(network, digits, steps, random, createProgress(steps, epochSteps));

  const unseen = loadTestDigits();
  const predictions = classify(network, unseen);
  const right = predictions.filter((digit, index) => digit === unseen.labels[index]).length;
  const accuracy = right / unseen.count;
  const percent = `${(100 * accuracy).toFixed(2)} %`;
  print([`${percent} of ${count(unseen.count)} unseen digits are read right`]);
  print(digitLines(unseen, predictions));
  print(alphaLines(network.sauLayers));

  const { timingRounds, requiredAccuracy } = options.quick ? QUICK : FULL;
  print(comparisonLines(compareSpeed(sau, network.sauLayers[0], random, timingRounds)));
  sau.dispose();
  print([`done in ${((performance.now() - start) / 1000).toFixed(1)} s`]);

  if (accuracy < requiredAccuracy) {
    throw new Error(`accuracy is ${percent}, expected ${100 * requiredAccuracy} % or more`);
  }
}

function createInstance(tier: Options["tier"]) {
  try {
    return createSauSync({ tier });
  } catch (error) {
    throw new OptionError(`--tier is "${tier}", expected one that runs here: ${message(error)}`);
  }
}

function print(lines: readonly string[]): void {
  console.log(`${lines.join("\n")}\n`);
}

function count(value: number): string {
  return value.toLocaleString("en");
}

/** The first line of what went wrong. */
function message(error: unknown): string {
  const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
  return line;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) console.log(HELP);
  else demo(options);
} catch (error) {
  console.error(`demo: ${message(error)}`);
  process.exitCode = error instanceof OptionError ? BAD_OPTIONS : FAILED;
}
