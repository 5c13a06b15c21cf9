/** From a few elements to arrays far beyond the caches: what a call costs, what arithmetic, what memory. */
import { activations, expectedForward, expectNear, LARGE, WIDE } from "../data.js";
import { openPeers } from "../peers/index.js";
import type { Peer, PeerRow } from "../peers/peer.js";
import { atMost, type Group, type Row, type Suite } from "../rows.js";
import { createSauSync } from "../shipped.js";
import { ARITHMETIC_STEP } from "../subjects/limits.js";
import { PLAIN, plainRow } from "../subjects/plain.js";
import { forwardRow, NUMBERS, plain, saus, tensor } from "../subjects/verbs.js";
import { Workbench } from "../subjects/workbench.js";

/** Whole steps of the limits, each four times the last: 48 to about 3 million. */
const SIZES = Array.from({ length: 9 }, (_, i) => ARITHMETIC_STEP * 4 ** i);

/** A peer or a tier that takes longer than this for an array is not shown with larger ones. */
const PATIENCE_MS = 250;

export const sizes: Suite = {
  description: "forward from 48 elements to 3 million, beside the peers; plain arrays of 64 million",
  async *groups() {
    const { peers, skipped } = await openPeers(WIDE);
    for (const size of SIZES) yield await at(size, peers, size === SIZES[0] ? skipped : []);
    yield streaming();
  },
};

/** Nanoseconds an element, roughly, of what is slow enough to matter. */
const ROUGHLY: Readonly<Record<string, number>> = {
  "TensorFlow.js, cpu backend": 250,
  [PLAIN]: 90,
  js: 40,
};

function isTooLarge(name: string, size: number): boolean {
  return (ROUGHLY[name] ?? 0) * size > PATIENCE_MS * 1e6;
}

async function at(size: number, peers: readonly Peer[], skipped: Group["skipped"]): Promise<Group> {
  const x = activations(size);
  const expected = expectedForward(x, WIDE);
  const bench = new Workbench(WIDE);
  const limits = [bench.place(x), bench.room(size)] as const;
  const against = "memory.copy";
  const rows: Row[] = [bench.copyRow(...limits), bench.reluRow(...limits), ...bench.arithmeticRows(size)];
  for (const sau of saus().running) {
    if (isTooLarge(sau.tier, size)) continue;
    const params = NUMBERS(WIDE);
    if (sau.tier !== "js") {
      const name = `sau-simd, arena tensors, ${sau.tier}`;
      rows.push(forwardRow(sau, tensor(sau, x), sau.alloc(size), params, expected, { name, against }));
    }
    const name = `sau-simd, arrays, ${sau.tier}`;
    rows.push(forwardRow(sau, plain(x), plain(new Float32Array(size)), params, expected, { name, against }));
  }
  if (!isTooLarge(PLAIN, size)) rows.push(plainRow(x, WIDE, expected, { against }));
  const theirs: PeerRow[] = [];
  for (const peer of peers) if (!isTooLarge(peer.name, size)) theirs.push(await peer.row(x, expected));
  return {
    title: `forward, N = ${size}, beta = ${WIDE}`,
    unit: "ns an element",
    rows: [...rows, ...theirs.map((row) => ({ ...row, against }))],
    ...(skipped !== undefined && { skipped }),
    rounds: 20,
    async release() {
      for (const row of theirs) await row.release();
    },
  };
}

/** Plain arrays stream through the arena in tiles: they may be of any size, at the same price. */
function streaming(): Group {
  const sau = createSauSync();
  const x = activations(LARGE);
  const expected = expectedForward(x, WIDE);
  const params = NUMBERS(WIDE);
  const small = `sau.forward of arrays of ${LARGE}, ${sau.tier}`;
  const many = new Float32Array(LARGE * TIMES);
  for (let i = 0; i < TIMES; i++) many.set(x, i * LARGE);
  const out = { out: new Float32Array(LARGE * TIMES) };
  return {
    title: `forward of plain arrays, beta = ${WIDE}`,
    unit: "ns an element",
    rows: [
      forwardRow(sau, plain(x), plain(new Float32Array(LARGE)), params, expected, { name: small }),
      {
        name: `sau.forward of arrays of ${LARGE * TIMES}, ${sau.tier}`,
        elements: LARGE * TIMES,
        against: small,
        bars: [atMost(1.1, small)],
        run: () => sau.forward(many, params, out),
        check() {
          out.out.fill(NaN);
          sau.forward(many, params, out);
          for (let i = 0; i < TIMES; i++) {
            expectNear(out.out.subarray(i * LARGE, (i + 1) * LARGE), expected);
          }
        },
      },
    ],
    rounds: 12,
  };
}

/** 64 million elements are 256 MiB, and as much again for the results. */
const TIMES = 16;
