/** Promise: an item gives the same bits whoever does it, and however often it was begun before. */
import { beforeEach, expect, it } from "vitest";
import { type ArenaTensor, createSauSync, type SauParams, type Want } from "../../ts/index.js";
import { wholePass } from "../../ts/memory/tiles.js";
import { ParamsChecker } from "../../ts/params.js";
import { ITEM_BYTES } from "../../ts/threads/foreman.js";
import { writeItem } from "../../ts/threads/item.js";
import { setUpOf } from "../../ts/threads/tasks.js";
import { type Case, cases, inWords, poolResultsOf, resultsOf } from "../support/cases.js";
import { forwardInPlace, type ManualWorker, manualForeman } from "../support/foremen.js";
import { copyOf, expectSameBits } from "../support/numbers.js";
import { withinTime } from "../support/pools.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";
import { turn } from "../support/turns.js";

const params = { alpha: 0.3, beta: 1.7 };
const sau = createSauSync();
const setting = manualForeman({ workers: 2, fifoBytes: 3 * ITEM_BYTES });
const { arena, board, pool, workers } = setting;
let moments: Random;

beforeEach(() => {
  moments = new Random(runSeed, 35);
});

/** Does one item, which another may have begun and died over, and copies its results as often as it likes. */
function doOne(): boolean {
  const worker = workers[moments.below(2)]!;
  const index = worker.claim();
  if (index === undefined) return false;
  if (moments.below(2) === 0) workers.find((other) => other !== worker)!.compute(index);
  worker.compute(index);
  if (moments.below(2) === 0) worker.runner.copy(board.addressOf(index), worker.workspace.outTile);
  worker.finish(index);
  return true;
}

/** Runs `act` while the workers do what there is. */
async function atWork<Result>(act: () => Promise<Result>): Promise<Result> {
  let works = true;
  const work = async (): Promise<void> => {
    while (works) {
      if (doOne()) continue;
      board.ring();
      await turn();
    }
  };
  const working = work();
  try {
    return await withinTime(act(), "the call");
  } finally {
    works = false;
    await working;
  }
}

function tensorOf(values: Float32Array): ArenaTensor {
  const tensor = pool.alloc(values.length);
  tensor.array.set(values);
  return tensor;
}

it("items of every kind give the bits of a Sau", async () => {
  for (const call of cases(new Random(runSeed, 36))) {
    const found = await atWork(() => poolResultsOf(pool, call));
    const expected = resultsOf(sau, call);
    expect(found.doubles, `${inWords(call)}; ${howToRepeat}`).toEqual(expected.doubles);
    for (const [name, array] of Object.entries(expected.singles)) {
      expectSameBits(found.singles[name]!, array, () => `${name}, ${inWords(call)}; ${howToRepeat}`);
    }
  }
});

/** Every third case: those of both kinds of values, and of channels. */
function* someCases(stream: number): Generator<Case> {
  let k = 0;
  for (const call of cases(new Random(runSeed, stream))) if (k++ % 3 === 0) yield call;
}

it("in the memory, apart and over their inputs, they do too", async () => {
  for (const call of someCases(37)) {
    const { x, dy, params } = call;
    const what = (name: string) => () => `${name}, ${inWords(call)}; ${howToRepeat}`;
    const [tx, tdy, out] = [tensorOf(x), tensorOf(dy), tensorOf(x)];
    const { dx } = sau.backward<SauParams, "dx">(x, dy, params, { want: ["dx"] });
    const y = sau.forward(x, params);
    const backward = (to: Float32Array, want: readonly Want[]): Promise<unknown> =>
      atWork(() => pool.backward<SauParams, Want>(tx.array, tdy.array, params, { want, out: { dx: to } }));
    await atWork(() => pool.forward(tx.array, params, { out: out.array }));
    expectSameBits(out.array, y, what("y"));
    await backward(out.array, ["dx"]);
    expectSameBits(out.array, dx, what("dx alone"));
    await backward(out.array, ["dx", "alpha", "beta", "bias"]);
    expectSameBits(out.array, dx, what("dx beside sums"));
    await backward(tdy.array, ["dx"]);
    expectSameBits(tdy.array, dx, what("dx over dy"));
    tdy.array.set(dy);
    await backward(tx.array, ["dx", "beta"]);
    expectSameBits(tx.array, dx, what("dx over x"));
    tx.array.set(x);
    await atWork(() => pool.forward(tx.array, params, { out: tx.array }));
    expectSameBits(tx.array, y, what("y over x"));
    for (const tensor of [tx, tdy, out]) tensor.dispose();
  }
});

it("that add to what is there add once", async () => {
  for (const call of someCases(38)) {
    const { x, dy, params } = call;
    const start = moments.array(x.length, -1, 1);
    const [tx, into] = [tensorOf(x), tensorOf(start)];
    for (const want of [["dx"], ["dx", "alpha"]] as const) {
      const expected = copyOf(start);
      const options = { want, accumulate: true };
      sau.backward<SauParams, Want>(x, dy, params, { ...options, out: { dx: expected } });
      into.array.set(start);
      const own = copyOf(start);
      for (const dx of [into.array, own]) {
        await atWork(() => pool.backward<SauParams, Want>(tx.array, dy, params, { ...options, out: { dx } }));
        expectSameBits(dx, expected, () => `${want}, ${inWords(call)}; ${howToRepeat}`);
      }
    }
    tx.dispose();
    into.dispose();
  }
});

it("of many calls, each of which has a place and parameters of its own", async () => {
  const random = new Random(runSeed, 39);
  for (let turn = 0; turn < 20; turn++) {
    const lengths = Array.from({ length: 150 }, () => random.below(900));
    const xs = lengths.map((length) => random.array(length, -3, 3));
    const dys = lengths.map((length) => random.array(length, -3, 3));
    const tensors = xs.map(tensorOf);
    const arrays = tensors.map(({ array }) => array);
    const what = (name: string, i: number) => () => `${name} ${i} of turn ${turn}; ${howToRepeat}`;
    const { published } = board;
    // Some over their inputs, some apart: each is a call of its own.
    const outs = arrays.map((array) => (random.below(2) === 0 ? array : new Float32Array(array.length)));
    const found = await atWork(() =>
      pool.backwardBatch(arrays, dys, params, { out: outs.map((dx) => ({ dx })) }),
    );
    expect((board.published - published) | 0).toBeLessThan(20);
    for (const [i, expected] of sau.backwardBatch(xs, dys, params).entries()) {
      expectSameBits(outs[i]!, expected.dx, what("dx", i));
      expect([found[i]!.dAlpha, found[i]!.dBeta]).toEqual([expected.dAlpha, expected.dBeta]);
    }
    for (const [i, array] of arrays.entries()) array.set(xs[i]!);
    const ys = await atWork(() => pool.forwardBatch(arrays, params, { out: arrays }));
    for (const [i, expected] of sau.forwardBatch(xs, params).entries()) {
      expectSameBits(ys[i]!, expected, what("y", i));
    }
    for (const tensor of tensors) tensor.dispose();
  }
});

it("have as many calls as they say, and a second half where one of them does", () => {
  const [{ runner, workspace }] = workers as [ManualWorker];
  const x = moments.array(40, -3, 3);
  const y = sau.forward(x, params);
  const setUp = setUpOf(wholePass(40), new ParamsChecker().read(params).check(40));
  const at = pool.alloc(ITEM_BYTES / Float32Array.BYTES_PER_ELEMENT);
  const { byteOffset } = at.array;
  for (const indirect of [false, true]) {
    const [first, second] = [tensorOf(x), tensorOf(x)];
    writeItem(arena, byteOffset, [
      forwardInPlace(first.array, setUp, false),
      forwardInPlace(second.array, setUp, indirect),
    ]);
    expect(runner.needsCopy(byteOffset)).toBe(indirect);
    // Its first word is how many there are: the record of the second remains behind them.
    arena.i32[byteOffset / Int32Array.BYTES_PER_ELEMENT] = 1;
    expect(runner.needsCopy(byteOffset)).toBe(false);
    runner.compute(byteOffset);
    runner.copy(byteOffset, workspace.outTile);
    expectSameBits(first.array, y, () => howToRepeat);
    expectSameBits(second.array, x, () => howToRepeat);
  }
  at.dispose();
});

it("are set up anew after somebody else has used the workspace, the first of all too", () => {
  const [{ runner }] = workers as [ManualWorker];
  const x = moments.array(40, -3, 3);
  const checkedOf = (given: SauParams) => new ParamsChecker().read(given).check(40);
  const at = pool.alloc(ITEM_BYTES / Float32Array.BYTES_PER_ELEMENT);
  const { byteOffset } = at.array;
  for (let turn = 0; turn < 2; turn++) {
    const tensor = tensorOf(x);
    const setUp = { pass: wholePass(40), params: checkedOf(params), id: 1 };
    writeItem(arena, byteOffset, [forwardInPlace(tensor.array, setUp, false)]);
    runner.reset();
    runner.compute(byteOffset);
    expectSameBits(tensor.array, sau.forward(x, params), () => howToRepeat);
    runner.stream.setUpForward(checkedOf({ alpha: 0.9, beta: 4 }), wholePass(40), 1);
  }
  runner.reset();
  at.dispose();
});

it("reach what lies where the memory has grown since", async () => {
  const { pages } = arena;
  const tensor = pool.alloc(2 ** 21);
  expect(arena.pages).toBeGreaterThan(pages);
  tensor.array.fill(0.5);
  await atWork(() => pool.forward(tensor.array, { beta: 2 }, { out: tensor.array }));
  const [y] = sau.forward(Float32Array.of(0.5), { beta: 2 });
  expect(tensor.array.every((value) => value === y)).toBe(true);
  tensor.dispose();
});
