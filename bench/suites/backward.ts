/** Backward, kernel beside prototype and beside forward, on the same arrays. */
import { activations, expectedBackward, expectedForward, LARGE, SMALL, upstream, WIDE } from "../data.js";
import { atMost, type Context, type Group, type Row, type Suite } from "../rows.js";
import { isPrototypeTier, Prototypes } from "../subjects/prototypes.js";
import { backwardRow, NUMBERS, saus, tensor } from "../subjects/verbs.js";
import { Workbench } from "../subjects/workbench.js";

export const backward: Suite = {
  description: "backward, dx alone and with dalpha and dbeta, arena to arena, in the caches and beyond",
  *groups(context) {
    yield at(SMALL, context);
    yield at(LARGE, { ...context, reference: undefined });
  },
};

/** The prototype that computes the same three gradients. */
const LOOP = "b_7_3_3_4_u6_qf";

function at(length: number, { reference }: Context): Group {
  const bench = new Workbench(WIDE);
  const [values, dyValues] = [activations(length), upstream(length)];
  const y = expectedForward(values, WIDE);
  const expected = expectedBackward(values, dyValues, WIDE);
  const [x, dy, dx] = [bench.place(values), bench.place(dyValues), bench.room(length)];
  const rows: Row[] = [bench.copyRow(x, dx)];
  for (const tier of bench.tiers) {
    const against = `forward, ${tier}`;
    const prototype = `prototype ${LOOP}, ${tier}`;
    const compared = reference !== undefined && isPrototypeTier(tier);
    rows.push(bench.forwardRow(tier, x, dx, y, { against: "memory.copy" }));
    if (compared) {
      const prototypes = new Prototypes(reference, "backward", tier, WIDE);
      rows.push(prototypes.backwardRow(LOOP, values, dyValues, expected, { against }));
    }
    // The bars are of arrays in the caches.
    const small = length === SMALL;
    const slope = { against, bars: small ? [atMost(1.5, against)] : [] };
    const bars = [...(small ? [atMost(2.2, against)] : []), ...(compared ? [atMost(0.97, prototype)] : [])];
    rows.push(bench.slopeRow(tier, [x, dy, dx], expected, slope));
    rows.push(bench.backwardRow(tier, [x, dy, dx], expected, { against, bars }));
  }
  if (length === SMALL) {
    for (const sau of saus().running) {
      const tensors = [tensor(sau, values), tensor(sau, dyValues), sau.alloc(length)];
      const name = `sau.backward on arena tensors, ${sau.tier}`;
      const against = `backward, all three, ${sau.tier === "js" ? "scalar" : sau.tier}`;
      rows.push(backwardRow(sau, tensors, NUMBERS(WIDE), expected, { name, against }));
    }
  }
  return {
    title: `backward, N = ${length}, beta = ${WIDE}`,
    unit: "ns an element",
    rows,
    skipped: bench.skipped((tier) => `backward, all three, ${tier}`),
    ...(length === LARGE && { rounds: 15 }),
  };
}
