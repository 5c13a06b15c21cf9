/** Promise: the networks are what they are called, on equal terms for each activation, and they learn. */
import { beforeAll, describe, expect, it } from "vitest";
import { createRandom } from "../../digits/random.js";
import type { Dataset } from "../data/dataset.js";
import { tf, useBackend } from "../framework.js";
import { ACTIVATION_NAMES, ACTIVATIONS } from "../nets/activations.js";
import { channelHalf, channelShuffle } from "../nets/channels.js";
import { NETS } from "../nets/index.js";
import { countParameters, type Network } from "../nets/network.js";
import { shuffleNet, WIDTHS } from "../nets/shufflenet.js";
import { defaultSchedule, type Run } from "../settings.js";
import { createNetwork, gradients, oneHot, train } from "../train.js";

const SMALL_NETS = ["cnn", "shufflenet-narrow"];
const IMAGES = { side: 28, channels: 1, classes: 10 };

beforeAll(() => useBackend("wasm"));

const create = (net: string, activation: keyof typeof ACTIVATIONS, seed = 1): Network =>
  NETS.get(net)!(IMAGES, ACTIVATIONS[activation], seed);

function randomImages(count: number): { x: tf.Tensor; target: tf.Tensor } {
  const random = createRandom(5);
  const values = Float32Array.from({ length: count * 28 * 28 }, () => 4 * random() - 2);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  return { x: tf.tensor4d(values, [count, 28, 28, 1]), target: oneHot(labels, 10) };
}

describe("ShuffleNet V2", () => {
  // torchvision's shufflenet_v2_x0_5 to x2_0, which give them as num_params of their ImageNet weights.
  it.each([
    ["0.5x", 1_366_792],
    ["1.0x", 2_278_604],
    ["1.5x", 3_503_624],
    ["2.0x", 7_393_996],
  ] as const)("%s for ImageNet's 1000 classes has %d parameters, as torchvision's", (width, count) => {
    const network = shuffleNet(WIDTHS[width], { side: 32, channels: 3, classes: 1000 }, ACTIVATIONS.relu, 1);
    expect(countParameters(network)).toBe(count);
    network.dispose();
  });

  it("for CIFAR-100 has 900 rows of 1024 or 2048 weights and a bias fewer", () => {
    const count = (net: string) => {
      const network = NETS.get(net)!({ side: 32, channels: 3, classes: 100 }, ACTIVATIONS.relu, 1);
      const found = countParameters(network);
      network.dispose();
      return found;
    };
    expect(count("shufflenet-0.5x")).toBe(1_366_792 - 900 * 1025);
    expect(count("shufflenet-2.0x")).toBe(7_393_996 - 900 * 2049);
  });

  it("0.5x makes a step on images of CIFAR-100's size, augmented and with weight decay", () => {
    const pixels = Uint8Array.from({ length: 4 * 32 * 32 * 3 }, (_, i) => (37 * i) % 256);
    const set = { count: 4, pixels, labels: Uint8Array.of(0, 25, 50, 99) };
    const images = { side: 32, channels: 3, classes: 100 };
    const dataset: Dataset = { ...images, name: "cifar100", augmented: true, train: set, test: set };
    const usual = defaultSchedule("cifar100", "shufflenet-0.5x");
    const schedule = { ...usual, epochs: 1, batch: 4, images: 4, testImages: 4, checks: 1 };
    const run: Run = { data: "cifar100", net: "shufflenet-0.5x", schedule, activation: "sau", seed: 1 };
    const { network, result } = train(run, dataset);
    network.dispose();
    expect(result.checks).toHaveLength(1);
    expect(result.checks[0].trainLoss).toBeGreaterThan(0);
  });

  it("halves the channels and shuffles them in two groups", () => {
    const x = tf.tensor4d([0, 1, 2, 3, 4, 5], [1, 1, 1, 6]);
    const of = (layer: tf.layers.Layer) => [...(layer.apply(x) as tf.Tensor).dataSync()];
    expect(of(channelShuffle())).toEqual([0, 3, 1, 4, 2, 5]);
    expect(of(channelHalf(0))).toEqual([0, 1, 2]);
    expect(of(channelHalf(1))).toEqual([3, 4, 5]);
  });
});

describe("weight decay", () => {
  it("draws what multiplies towards 0, by rate x decay of it a step, and nothing else", () => {
    const random = createRandom(9);
    const pixels = Uint8Array.from({ length: 8 * 28 * 28 }, () => 256 * random());
    const set = { count: 8, pixels, labels: Uint8Array.from({ length: 8 }, (_, i) => i) };
    const dataset: Dataset = { ...IMAGES, name: "digits", augmented: false, train: set, test: set };
    const [rate, weightDecay] = [0.01, 0.5];
    const runWith = (decay: number): Run => ({
      data: "digits",
      net: "shufflenet-narrow",
      schedule: {
        epochs: 1,
        batch: 8,
        rate,
        momentum: 0.9,
        weightDecay: decay,
        images: 8,
        testImages: 8,
        checks: 1,
      },
      activation: "sau",
      seed: 1,
    });
    const weightsOf = (network: Network) => {
      const found = network.trainableWeights.map(
        (weight) => [weight.originalName.split("/").at(-1)!, [...weight.read().dataSync()]] as const,
      );
      network.dispose();
      return found;
    };
    const first = weightsOf(createNetwork(runWith(0), dataset));
    const plain = weightsOf(train(runWith(0), dataset).network);
    const decayed = weightsOf(train(runWith(weightDecay), dataset).network);
    const kinds = new Set<string>();
    first.forEach(([kind, start], i) => {
      kinds.add(kind);
      const multiplies = kind === "kernel" || kind === "depthwise_kernel";
      const [without, found] = [plain[i][1], decayed[i][1]];
      if (!multiplies) {
        expect(found).toEqual(without);
        return;
      }
      const scale = Math.max(...start.map(Math.abs), ...without.map(Math.abs));
      expect(scale).toBeGreaterThan(0);
      const worst = Math.max(
        ...start.map((value, j) => Math.abs(found[j] - (without[j] - rate * weightDecay * value))),
      );
      expect(worst / scale).toBeLessThan(1e-6);
    });
    expect(kinds).toEqual(new Set(["kernel", "depthwise_kernel", "bias", "alpha", "gamma", "beta"]));
  });
});

describe.each(SMALL_NETS)("%s", (net) => {
  it("starts from the same weights with each activation, from others with another seed", () => {
    const kernels = (network: Network) =>
      network.trainableWeights
        .filter(({ originalName }) => originalName.endsWith("kernel"))
        .map((weight) => [...weight.read().dataSync()]);
    const expected = kernels(create(net, "relu"));
    for (const name of ACTIVATION_NAMES) expect(kernels(create(net, name))).toEqual(expected);
    expect(kernels(create(net, "relu", 2))).not.toEqual(expected);
  });

  it("has an alpha a channel with SAU and PReLU", () => {
    const more = (name: keyof typeof ACTIVATIONS) =>
      countParameters(create(net, name)) - countParameters(create(net, "relu"));
    const channels = create(net, "sau")
      .layers.filter((layer) => layer.getClassName() === "Sau")
      .reduce((sum, layer) => sum + (layer.outputShape as number[]).at(-1)!, 0);
    expect(channels).toBeGreaterThan(0);
    expect([more("sau"), more("sau-beta-1"), more("prelu"), more("mish")]).toEqual([
      channels,
      channels,
      channels,
      0,
    ]);
  });

  it.each(ACTIVATION_NAMES)(
    "with %s has the gradients on the wasm backend that it has on the cpu",
    async (name) => {
      const found: Record<string, number[][]> = {};
      for (const backend of ["wasm", "cpu"] as const) {
        await useBackend(backend);
        const network = create(net, name);
        const { x, target } = randomImages(2);
        const { grads } = gradients(network, x, target);
        found[backend] = network.trainableWeights.map((weight) => [...grads[weight.name].dataSync()]);
        tf.dispose([x, target, grads]);
        network.dispose();
      }
      await useBackend("wasm");
      const greatest = (values: number[]) => Math.max(...values.map(Math.abs));
      const overall = greatest(found.cpu.map(greatest));
      expect(overall).toBeGreaterThan(0);
      found.cpu.forEach((values, weight) => {
        // A shift before batch normalisation has no gradient: what is found there is rounding, small beside the rest.
        const scale = Math.max(greatest(values), 1e-2 * overall);
        const error = greatest(values.map((value, i) => value - found.wasm[weight][i]));
        expect(error / scale).toBeLessThan(1e-4);
      });
    },
  );

  it.each(ACTIVATION_NAMES)(
    "with %s learns: the loss of two steps falls, the same for the same seed",
    (name) => {
      const random = createRandom(7);
      const pixels = Uint8Array.from({ length: 16 * 28 * 28 }, () => 256 * random());
      const set = { count: 16, pixels, labels: Uint8Array.from({ length: 16 }, (_, i) => i % 10) };
      const dataset: Dataset = { ...IMAGES, name: "digits", augmented: false, train: set, test: set };
      const schedule = {
        epochs: 3,
        batch: 16,
        rate: 0.02,
        momentum: 0.9,
        weightDecay: 1e-4,
        images: 16,
        testImages: 16,
        checks: 3,
      };
      const run: Run = { data: "digits", net, schedule, activation: name, seed: 1 };
      const before = tf.memory().numTensors;
      const { network, result } = train(run, dataset);
      network.dispose();
      // TensorFlow.js's optimizer keeps its learning rate.
      expect(tf.memory().numTensors).toBeLessThanOrEqual(before + 1);
      const losses = result.checks.map(({ trainLoss }) => trainLoss);
      expect(losses[1]).toBeLessThan(losses[0]);
      expect(losses[2]).toBeLessThan(losses[1]);
      expect(result.stepMilliseconds).toBeGreaterThan(0);
      expect(result.alphas.length > 0).toBe(name.startsWith("sau") || name === "prelu");
      const again = train(run, dataset);
      again.network.dispose();
      expect(again.result.checks).toEqual(result.checks);
    },
  );
});
