/** What a run is: everything that its result depends on. */
import type { DataName } from "./data/dataset.js";
import type { ActivationName } from "./nets/activations.js";

/** How a network is trained: the same for every activation. */
export interface Schedule {
  /** How often each training image is seen. */
  readonly epochs: number;
  /** Images that go through the network together. */
  readonly batch: number;
  /** Where the learning rate starts; it falls to 0 along half a cosine. */
  readonly rate: number;
  readonly momentum: number;
  /** Of what is multiplied: convolutions' and dense layers' weights, not biases, alphas or normalisations. */
  readonly weightDecay: number;
  /** Training images: the first of the set. */
  readonly images: number;
  /** Test images: the first of the set. */
  readonly testImages: number;
  /** How often the network is tried on the test images, the last time at the end. */
  readonly checks: number;
}

/** What makes runs comparable: all but the activation and the seed. */
export interface Setting {
  readonly data: DataName;
  readonly net: string;
  readonly schedule: Schedule;
}

export interface Run extends Setting {
  readonly activation: ActivationName;
  /** Of the first weights, and of the order of images: the same for every activation. */
  readonly seed: number;
}

/** The schedules that the report uses; for CIFAR-100 the one usual for it (arXiv 2109.13210, section 5). */
export function defaultSchedule(data: DataName, net: string): Schedule {
  if (data === "cifar100") {
    return {
      epochs: 200,
      batch: 128,
      rate: 0.1,
      momentum: 0.9,
      weightDecay: 5e-4,
      images: 50_000,
      testImages: 10_000,
      checks: 200,
    };
  }
  const common = { batch: 64, momentum: 0.9, weightDecay: 0, images: 60_000, testImages: 10_000 };
  return net === "cnn"
    ? { ...common, epochs: 2, rate: 0.05, checks: 6 }
    : { ...common, images: 12_800, epochs: 1, rate: 0.2, checks: 4 };
}

/** Tells runs apart: two with the same text are the same run. */
export function keyOf({ data, net, schedule, activation, seed }: Run): string {
  return JSON.stringify([settingKey({ data, net, schedule }), activation, seed]);
}

/** The same for settings. */
export function settingKey({ data, net, schedule }: Setting): string {
  const { epochs, batch, rate, momentum, weightDecay, images, testImages, checks } = schedule;
  return JSON.stringify([data, net, epochs, batch, rate, momentum, weightDecay, images, testImages, checks]);
}

/** Batches in an epoch, which leaves out what is short of one. */
export function stepsPerEpoch(images: number, batch: number): number {
  return Math.floor(images / batch);
}

export function countSteps({ epochs, images, batch }: Schedule): number {
  return Math.round(epochs * stepsPerEpoch(images, batch));
}
