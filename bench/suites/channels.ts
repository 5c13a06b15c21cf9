/** One alpha a channel, in the layouts of frameworks, beside one alpha for all. */
import { ALPHA, activations, expectedBackward, expectedForward, upstream, WIDE } from "../data.js";
import { atMost, type Group, type Row, type Suite } from "../rows.js";
import { backwardRow, forwardRow, NUMBERS, saus, tensor } from "../subjects/verbs.js";

export const channels: Suite = {
  description: "one alpha a channel, channels last and first, beside one for all",
  *groups() {
    yield group("forward");
    yield group("backward");
  },
};

/** Layouts of about the same length; `inner` elements of a channel lie together. */
const LAYOUTS = [
  { name: "channels last, C = 64", shape: [32, 7, 7, 64], channelAxis: -1 },
  { name: "channels last, C = 3", shape: [683, 7, 7, 3], channelAxis: -1 },
  { name: "channels first, C = 64, planes of 7 x 7", shape: [32, 64, 7, 7], channelAxis: 1 },
] as const;

/** Elements: 32 images of 7 x 7 with 64 channels. */
const LENGTH = 32 * 7 * 7 * 64;

const BAR = 1.25;

function group(pass: "forward" | "backward"): Group {
  const { running, skipped } = saus();
  const rows: Row[] = [];
  for (const sau of running) {
    // All arrays first: one more may move those that were there.
    const base = `${pass}, one alpha, ${sau.tier}`;
    const add = (length: number, params: object, more: Partial<Row>) => {
      const [x, dy] = [activations(length), upstream(length)];
      const tensors = [tensor(sau, x), tensor(sau, dy), sau.alloc(length)] as const;
      rows.push(
        pass === "forward"
          ? forwardRow(sau, tensors[0], tensors[2], params, expectedForward(x, WIDE), more)
          : backwardRow(sau, tensors, params, expectedBackward(x, dy, WIDE), more),
      );
    };
    add(LENGTH, NUMBERS(WIDE), { name: base });
    for (const { name, shape, channelAxis } of LAYOUTS) {
      const alpha = new Float32Array(shape.at(channelAxis)!).fill(ALPHA);
      const length = shape.reduce((sizes: number, size: number) => sizes * size, 1);
      const more = { name: `${pass}, ${name}, ${sau.tier}`, against: base };
      const params = { alpha, beta: WIDE, shape, channelAxis };
      add(length, params, pass === "forward" ? { ...more, bars: [atMost(BAR, base)] } : more);
    }
  }
  return {
    title: `${pass} on arena tensors, N = ${LENGTH}, beta = ${WIDE}, one alpha a channel`,
    unit: "ns an element",
    rows,
    skipped,
    rounds: 25,
  };
}
