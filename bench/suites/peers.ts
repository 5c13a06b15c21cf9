/** The verbs beside what else computes SAU in JavaScript, each as its users have it, with one thread. */
import { activations, expectedForward, MIDDLE, WIDE } from "../data.js";
import { openPeers } from "../peers/index.js";
import type { PeerRow } from "../peers/peer.js";
import { type Bar, fasterThan, type Group, type Row, type Suite } from "../rows.js";
import { PLAIN, plainRow } from "../subjects/plain.js";
import { forwardRow, NUMBERS, plain, saus, tensor } from "../subjects/verbs.js";
import { Workbench } from "../subjects/workbench.js";

/** Like is held to like: tensors to tensors, arrays in and out to arrays in and out. */
const TENSOR_BARS = [
  fasterThan(10, "TensorFlow.js, wasm backend"),
  fasterThan(60, "TensorFlow.js, cpu backend"),
];
const ARRAY_BARS = [fasterThan(5, "ONNX Runtime, node"), fasterThan(12, "ONNX Runtime, web")];

export const peers: Suite = {
  description:
    "forward beside TensorFlow.js, ONNX Runtime, jax-js and plain JavaScript, as their users have them",
  async *groups() {
    yield await group();
  },
};

async function group(): Promise<Group> {
  const x = activations(MIDDLE);
  const expected = expectedForward(x, WIDE);
  const bench = new Workbench(WIDE);
  const limits = [bench.place(x), bench.room(MIDDLE)] as const;
  const { running, skipped } = saus();
  const tensors = "sau.forward of arena tensors";
  const arrays = "sau.forward of arrays";
  const ours = running.flatMap((sau, i): Row[] => {
    const first = i === 0; // the tier that a user gets
    const row = (
      name: string,
      kind: (values: Float32Array) => { readonly array: Float32Array },
      bars: readonly Bar[],
    ) =>
      forwardRow(sau, kind(x), kind(new Float32Array(MIDDLE)), NUMBERS(WIDE), expected, {
        name: `${name}, ${sau.tier}`,
        against: "memory.copy",
        bars,
      });
    if (sau.tier === "js") return [row(arrays, plain, [fasterThan(3, PLAIN)])];
    return [
      row(tensors, (values) => tensor(sau, values), first ? TENSOR_BARS : []),
      row(arrays, plain, first ? ARRAY_BARS : []),
    ];
  });
  const opened = await openPeers(WIDE);
  const theirs: PeerRow[] = [];
  for (const peer of opened.peers) theirs.push(await peer.row(x, expected), ...(await peer.scale(x)));
  const against = `${arrays}, ${running[0]!.tier}`;
  return {
    title: `forward, N = ${MIDDLE}, beta = ${WIDE}, with out`,
    unit: "ns an element",
    rows: [
      bench.copyRow(...limits),
      bench.reluRow(...limits),
      ...ours,
      plainRow(x, WIDE, expected, { against }),
      ...theirs.map((row) => ({ ...row, against })),
    ],
    skipped: [...skipped, ...opened.skipped],
    async release() {
      for (const row of theirs) await row.release();
    },
  };
}
