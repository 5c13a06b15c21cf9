/** One run: a network is trained, and tried on images it has not seen. */
import { createRandom } from "../digits/random.js";
import { Batches } from "./data/batches.js";
import { type Dataset, first, type ImageSet } from "./data/dataset.js";
import { tf } from "./framework.js";
import { median } from "./median.js";
import { ACTIVATIONS } from "./nets/activations.js";
import { NETS } from "./nets/index.js";
import { countParameters, type Network } from "./nets/network.js";
import type { Check, RunResult } from "./results.js";
import { countSteps, type Run, type Schedule } from "./settings.js";

/** Images that go through the network together where nothing is learned. */
const TEST_BATCH = 500;

/** Layers whose weights multiply. */
const KERNEL = /\/(kernel|depthwise_kernel)$/;

/** Tells the random order of images from other uses of the same seed. */
const ORDER_STREAM = 0x5eed;

export class DivergedError extends Error {
  override readonly name = "DivergedError";
}

/** What a run gives, and the network for whoever wants to keep it; the caller disposes of it. */
export interface Trained {
  readonly network: Network;
  readonly result: RunResult;
}

/** A new network for a run. */
export function createNetwork(run: Run, dataset: Dataset): Network {
  const create = NETS.get(run.net);
  if (create === undefined)
    throw new RangeError(`net is "${run.net}", expected one of ${[...NETS.keys()].join(", ")}`);
  return create(dataset, ACTIVATIONS[run.activation], run.seed);
}

/**
 * Trains for all steps of the run's schedule. `onStep` is told how many are done, and the loss of the last.
 *
 * @throws {DivergedError} when a loss is no finite number
 */
export function train(
  run: Run,
  whole: Dataset,
  onStep: (done: number, loss: number) => void = () => {},
): Trained {
  const { schedule } = run;
  const dataset = {
    ...whole,
    train: first(whole.train, schedule.images),
    test: first(whole.test, schedule.testImages),
  };
  const batches = new Batches(dataset);
  const network = createNetwork(run, dataset);
  const steps = countSteps(schedule);
  const step = stepper(network, schedule, steps);
  const checks: Check[] = [];
  const times: number[] = [];
  let [losses, lossSum, done] = [0, 0, 0];

  for (const { x, labels, size } of batches.atRandom(
    steps,
    schedule.batch,
    createRandom(run.seed ^ ORDER_STREAM),
  )) {
    const input = imageTensor(x, size, dataset);
    const target = oneHot(labels, dataset.classes);
    const before = process.cpuUsage();
    const loss = step(input, target, done);
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
    tf.dispose([input, target]);
    if (!Number.isFinite(loss)) {
      throw new DivergedError(
        `${run.net} with ${run.activation}, seed ${run.seed}: the loss of step ${done + 1} is ${loss}`,
      );
    }
    done++;
    losses++;
    lossSum += loss;
    if (done === Math.round(((checks.length + 1) * steps) / schedule.checks)) {
      const tried = evaluate(network, batches, dataset.test);
      checks.push({
        step: done,
        trainLoss: lossSum / losses,
        testLoss: tried.loss,
        testAccuracy: tried.accuracy,
      });
      [losses, lossSum] = [0, 0];
    }
    onStep(done, loss);
  }
  step.dispose();
  return {
    network,
    result: {
      ...run,
      parameters: countParameters(network),
      checks,
      stepMilliseconds: median(times),
      alphas: alphas(network),
    },
  };
}

/** Stochastic gradient descent with momentum. */
function stepper(network: Network, schedule: Schedule, steps: number) {
  const optimizer = tf.train.momentum(schedule.rate, schedule.momentum);
  const step = (x: tf.Tensor, target: tf.Tensor, done: number): number =>
    tf.tidy(() => {
      optimizer.setLearningRate(schedule.rate * 0.5 * (1 + Math.cos((Math.PI * done) / steps)));
      const { value, grads } = gradients(network, x, target);
      if (schedule.weightDecay > 0) decay(network, grads, schedule.weightDecay);
      optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })));
      return value.dataSync()[0]!;
    });
  return Object.assign(step, { dispose: () => optimizer.dispose() });
}

/** The mean loss of a batch, and its gradients with respect to all that is trained. */
export function gradients(
  network: Network,
  x: tf.Tensor,
  target: tf.Tensor,
): { value: tf.Scalar; grads: tf.NamedTensorMap } {
  return tf.variableGrads(() => {
    const scores = network.apply(x, { training: true }) as tf.Tensor;
    return tf.losses.softmaxCrossEntropy(target, scores).asScalar();
  });
}

/** Adds `rate` times the weights to the gradients of those that multiply. */
function decay(network: Network, grads: tf.NamedTensorMap, rate: number): void {
  for (const weight of network.trainableWeights) {
    const gradient = grads[weight.name];
    if (gradient === undefined || !KERNEL.test(weight.originalName)) continue;
    grads[weight.name] = tf.add(gradient, tf.mul(weight.read(), rate));
  }
}

/** The mean loss over `set`, and the share of it whose class has the highest score. */
export function evaluate(
  network: Network,
  batches: Batches,
  set: ImageSet,
): { loss: number; accuracy: number } {
  const { dataset } = batches;
  let [loss, right] = [0, 0];
  for (const { x, labels, size } of batches.inOrder(set, TEST_BATCH)) {
    tf.tidy(() => {
      const scores = network.apply(imageTensor(x, size, dataset), { training: false }) as tf.Tensor2D;
      const mean = tf.losses.softmaxCrossEntropy(oneHot(labels, dataset.classes), scores);
      loss += mean.dataSync()[0]! * size;
      const best = tf.argMax(scores, 1).dataSync();
      right += labels.filter((label, i) => best[i] === label).length;
    });
  }
  return { loss: loss / set.count, accuracy: right / set.count };
}

export function imageTensor(x: Float32Array, size: number, { side, channels }: Dataset): tf.Tensor4D {
  return tf.tensor4d(x, [size, side, side, channels]);
}

export function oneHot(labels: Uint8Array, classes: number): tf.Tensor {
  return tf.tidy(() => tf.oneHot(tf.tensor1d(Int32Array.from(labels), "int32"), classes).toFloat());
}

/** What training made of each layer's alphas, where the activation trains any. */
function alphas(network: Network): RunResult["alphas"] {
  return network.trainableWeights
    .filter(({ originalName }) => originalName.endsWith("/alpha"))
    .map((weight) => {
      const values = [...weight.read().dataSync()];
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return { least: Math.min(...values), mean, most: Math.max(...values) };
    });
}
