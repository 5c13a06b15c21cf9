/**
 * A model of ONNX with SAU in its graph, beside the same model cut in two around this package's kernel: what a user has
 * who would rather copy the activation out and back than leave it to the runtime.
 */
import { ALPHA, activations, expectedForward, expectNear, MIDDLE, NARROW, WIDE } from "../data.js";
import { openRuntime, type Runtime, type Session } from "../peers/onnx.js";
import { type ModelMaker, modelMaker } from "../peers/onnx-model.js";
import type { Group, Row, Skipped, Suite } from "../rows.js";
import { createSauSync, replaceActivations } from "../shipped.js";

/** What the model computes before and after its activation: enough for each half to have something to do. */
const [BEFORE, AFTER] = [0.5, 2];

export const onnx: Suite = {
  description: "a model with SAU in its graph, beside one that is cut in two around sau.forward",
  async *groups() {
    for (const beta of [WIDE, NARROW]) yield await group(beta);
  },
};

async function group(beta: number): Promise<Group> {
  const x = activations(MIDDLE);
  const expected = expectedForward(
    x.map((value) => BEFORE * value),
    beta,
  ).map((value) => AFTER * value);
  const sessions: Session[] = [];
  const rows: Row[] = [];
  const skipped: Skipped[] = [];
  for (const flavour of ["node", "web"] as const) {
    let runtime: Runtime;
    let make: ModelMaker;
    try {
      runtime = await openRuntime(flavour);
      make = await modelMaker();
    } catch (error) {
      skipped.push({ name: `ONNX Runtime, ${flavour}`, reason: (error as Error).message });
      continue;
    }
    // What goes wrong from here on can be this package's fault, and ends the run.
    rows.push(...(await rowsOf(runtime, make, beta, x, expected, sessions)));
  }
  return {
    title: `x to ${AFTER} SAU(${BEFORE} x), N = ${MIDDLE}, beta = ${beta}`,
    unit: "ns an element",
    rows,
    skipped,
    rounds: 25,
    async release() {
      for (const session of sessions) await session.release();
    },
  };
}

async function rowsOf(
  runtime: Runtime,
  make: ModelMaker,
  beta: number,
  x: Float32Array,
  expected: Float32Array,
  sessions: Session[],
): Promise<Row[]> {
  const open = async (model: Uint8Array) => {
    const session = await runtime.create(model);
    sessions.push(session);
    return session;
  };
  const relu = make.reluBetween(BEFORE, AFTER);
  const graph = await open(replaceActivations(relu, { from: ["Relu"], alpha: ALPHA, beta }).model);
  const plain = await open(relu);
  const [before, after] = [await open(make.scale(BEFORE)), await open(make.scale(AFTER))];
  const sau = createSauSync();
  const feeds = { x: runtime.tensor(x) };
  const params = { alpha: ALPHA, beta };

  const ofGraph = async () => (await graph.run(feeds)).y!;
  const ofSplit = async () => {
    const { data } = (await before.run(feeds)).y!;
    return (await after.run({ x: runtime.tensor(sau.forward(data, params, { out: data })) })).y!;
  };
  const split = `${runtime.name}, cut in two around sau.forward, ${sau.tier}`;
  const row = (name: string, values: Float32Array, run: () => Promise<{ data: Float32Array }>): Row => ({
    name,
    elements: x.length,
    ...(name !== split && { against: split }),
    run,
    async check() {
      expectNear((await run()).data, values);
    },
  });
  return [
    row(split, expected, ofSplit),
    row(`${runtime.name}, SAU in the graph`, expected, ofGraph),
    row(
      `${runtime.name}, Relu in the graph`,
      x.map((value) => AFTER * Math.max(BEFORE * value, 0)),
      async () => (await plain.run(feeds)).y!,
    ),
  ];
}
