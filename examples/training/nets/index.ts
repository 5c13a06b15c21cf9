/** The networks by name. */
import type { Activation } from "./activations.js";
import { cnn } from "./cnn.js";
import type { Images, Network } from "./network.js";
import { NARROW, shuffleNet, WIDTHS } from "./shufflenet.js";

type Create = (images: Images, activation: Activation, seed: number) => Network;

const CNN_CHANNELS = [8, 16] as const;

const widths = Object.entries(WIDTHS).map(([width, size]): [string, Create] => [
  `shufflenet-${width}`,
  (...args) => shuffleNet(size, ...args),
]);

export const NETS: ReadonlyMap<string, Create> = new Map([
  ["cnn", (...args) => cnn(CNN_CHANNELS, ...args)],
  ["shufflenet-narrow", (...args) => shuffleNet(NARROW, ...args)],
  ...widths,
]);
