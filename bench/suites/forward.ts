/** Forward, kernel beside prototype and limits, on the same arrays. */

import type { WasmTier } from "../../ts/tier.js";
import { activations, expectedForward, LARGE, NARROW, SMALL, WIDE } from "../data.js";
import {
  atMost,
  type Bar,
  type Context,
  FIRST_NODE_IN_ORDER,
  type Group,
  type Row,
  type Suite,
} from "../rows.js";
import { isPrototypeTier, Prototypes } from "../subjects/prototypes.js";
import { forwardRow, NUMBERS, saus, tensor } from "../subjects/verbs.js";
import { Workbench } from "../subjects/workbench.js";

export const forward: Suite = {
  description: "forward, arena to arena, in the caches and beyond, at a wide and at the paper's beta",
  *groups(context) {
    yield small(context);
    yield smallNarrow();
    yield large();
    yield largeNarrow(context);
  },
};

/** Loops to compare with: unrolled by four and by six vectors; which is better depends on the tier and on V8. */
const LOOPS = ["comp73_u4", "comp73_u6"];

/** What the kernel of a tier is held to beside the prototypes. */
function barOf(tier: WasmTier, node: number): Bar[] {
  if (tier === "simd128") return [atMost(0.95, "prototype comp73_u6, simd128")];
  if (tier === "scalar") return [];
  const names = LOOPS.map((loop) => `prototype ${loop}, relaxed-simd`);
  return [atMost(node < FIRST_NODE_IN_ORDER ? 0.95 : 1.05, ...names)];
}

function small({ reference, node }: Context): Group {
  const bench = new Workbench(WIDE);
  const values = activations(SMALL);
  const expected = expectedForward(values, WIDE);
  const [x, y] = [bench.place(values), bench.room(SMALL)];
  const rows: Row[] = [bench.copyRow(x, y), bench.reluRow(x, y), ...bench.arithmeticRows(SMALL)];
  for (const tier of bench.tiers) {
    if (reference !== undefined && isPrototypeTier(tier)) {
      const prototypes = new Prototypes(reference, "forward", tier, WIDE);
      for (const loop of LOOPS) {
        rows.push(prototypes.forwardRow(loop, values, expected, { against: "memory.copy" }));
      }
    }
    const compared = reference !== undefined && isPrototypeTier(tier);
    const against = compared ? `prototype comp73_u6, ${tier}` : "memory.copy";
    const bars = reference === undefined ? [] : barOf(tier, node);
    rows.push(bench.forwardRow(tier, x, y, expected, { against, bars }));
  }
  const { running } = saus();
  for (const sau of running) {
    const against = sau.tier === "js" ? "forward, scalar" : `forward, ${sau.tier}`;
    const name = `sau.forward on arena tensors, ${sau.tier}`;
    rows.push(
      forwardRow(sau, tensor(sau, values), sau.alloc(SMALL), NUMBERS(WIDE), expected, { name, against }),
    );
  }
  return {
    title: `forward, N = ${SMALL}, beta = ${WIDE}`,
    unit: "ns an element",
    rows,
    skipped: bench.skipped((tier) => `forward, ${tier}`),
  };
}

function smallNarrow(): Group {
  const bench = new Workbench(NARROW);
  const values = activations(SMALL);
  const expected = expectedForward(values, NARROW);
  const [x, y] = [bench.place(values), bench.room(SMALL)];
  const bars = [atMost(3, "memory.copy")];
  return {
    title: `forward, N = ${SMALL}, beta = ${NARROW}`,
    unit: "ns an element",
    rows: [
      bench.copyRow(x, y),
      bench.reluRow(x, y),
      ...bench.tiers.map((tier) =>
        bench.forwardRow(tier, x, y, expected, {
          against: "memory.copy",
          bars: tier === "scalar" ? [] : bars,
        }),
      ),
    ],
    skipped: bench.skipped((tier) => `forward, ${tier}`),
  };
}

/** Every tier in the cache and far beyond it: what memory adds. */
function large(): Group {
  const bench = new Workbench(WIDE);
  const values = activations(LARGE);
  const expected = expectedForward(values, WIDE);
  const [x, y] = [bench.place(values), bench.room(LARGE)];
  const [nearX, nearY] = [bench.place(values.subarray(0, SMALL)), bench.room(SMALL)];
  const near = expected.subarray(0, SMALL);
  const rows: Row[] = [bench.copyRow(x, y), bench.reluRow(x, y)];
  for (const tier of bench.tiers) {
    const name = `forward, N = ${SMALL}, ${tier}`;
    rows.push(bench.forwardRow(tier, nearX, nearY, near, { name, against: "memory.copy" }));
    rows.push(bench.forwardRow(tier, x, y, expected, { against: name, bars: [boundBy(name)] }));
  }
  for (const sau of saus(["js"]).running) {
    const name = `forward, N = ${SMALL}, js`;
    const params = NUMBERS(WIDE);
    const nearRow = { name, against: "memory.copy" };
    const nearTensor = tensor(sau, values.subarray(0, SMALL));
    rows.push(forwardRow(sau, nearTensor, sau.alloc(SMALL), params, near, nearRow));
    const more = { name: "forward, js", against: name, bars: [boundBy(name)] };
    rows.push(forwardRow(sau, tensor(sau, values), sau.alloc(LARGE), params, expected, more));
  }
  return {
    title: `forward, N = ${LARGE}, beta = ${WIDE}`,
    unit: "ns an element",
    rows,
    skipped: bench.skipped((tier) => `forward, ${tier}`),
    rounds: 20,
  };
}

/** Beyond the caches a kernel may cost its own arithmetic or the memory's time, whichever is more. */
function boundBy(own: string): Bar {
  return { anyOf: [atMost(1.1, own), atMost(1.3, "memory.copy")] };
}

function largeNarrow({ reference }: Context): Group {
  const bench = new Workbench(NARROW);
  const values = activations(LARGE);
  const expected = expectedForward(values, NARROW);
  const [x, y] = [bench.place(values), bench.room(LARGE)];
  const rows: Row[] = [bench.copyRow(x, y), bench.reluRow(x, y)];
  if (reference !== undefined) {
    const prototypes = new Prototypes(reference, "forward", "simd128", NARROW);
    rows.push(prototypes.forwardRow("comp73_u6_early", values, expected, { against: "ReLU" }));
  }
  const bars = [atMost(1.15, "ReLU"), atMost(1.3, "memory.copy")];
  for (const tier of bench.tiers) {
    const more = { against: "ReLU", bars: tier === "scalar" ? [] : bars };
    rows.push(bench.forwardRow(tier, x, y, expected, more));
  }
  return {
    title: `forward, N = ${LARGE}, beta = ${NARROW}`,
    unit: "ns an element",
    rows,
    skipped: bench.skipped((tier) => `forward, ${tier}`),
    rounds: 20,
  };
}
