/**
 * Promise: bench compares the answers, warms every row up, and then has each row's least time of 25 turns, in each of which
 * every row runs once. The clock is the test's; the kernels run as they do.
 */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { bench } from "../../ts/cli/bench.js";
import { createSauSync, type Sau } from "../../ts/index.js";

const ROWS = 3;
const TURNS = 25;
/**
 * Milliseconds of a row before it is warm, of which there have to be 300; then its least, in the turn that is quickest.
 * Sums of them are exact.
 */
const [COLD, LEAST, QUICKEST_TURN] = [100, [2 / 512, 10 / 512, 1 / 512], 10] as const;
const COLD_RUNS = ROWS * (300 / COLD);

let runs: number;

/** How long run `k` of a contest takes. */
function durationOf(k: number): number {
  if (k < COLD_RUNS) return COLD;
  const [turn, row] = [Math.floor((k - COLD_RUNS) / ROWS), (k - COLD_RUNS) % ROWS];
  return LEAST[row]! + Math.abs(turn - QUICKEST_TURN);
}

let said: string;

beforeEach(() => {
  let [time, isRunning] = [0, false];
  runs = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    if (isRunning) time += durationOf(runs++ % (COLD_RUNS + ROWS * TURNS));
    isRunning = !isRunning;
    return time;
  });
  said = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    said += text;
    return true;
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

const NAMES = ["forward, beta 1.7", "forward, beta 20000", "backward with dalpha, beta 1.7"];
const ELEMENTS = 4096;
const tier = createSauSync().tier;

it("prints ratios, and the times behind them", async () => {
  await bench(false, ELEMENTS);
  const ratios = "5.0 times as fast as plain JavaScript, 2.0 times a copy's time";
  expect(said.split("\n")).toEqual([
    `tier ${tier}, ${ELEMENTS} elements, one thread; least of ${TURNS} turns`,
    ...NAMES.map((name) => `${name}: ${ratios} (0.95 ns an element; 4.8 ns; 0.48 ns)`),
    "",
  ]);
  expect(runs).toBe(NAMES.length * (COLD_RUNS + ROWS * TURNS));
});

it("prints them as one line of JSON", async () => {
  await bench(true, ELEMENTS);
  const [kernel, plain, copy] = LEAST.map((least) => (least * 1e6) / ELEMENTS);
  const times = { elements: ELEMENTS, fasterThanPlain: 5, timesACopy: 2, kernel, plain, copy };
  const results = NAMES.map((name) => ({ name, ...times }));
  expect(said).toBe(`${JSON.stringify({ tier, turns: TURNS, results })}\n`);
});

it("takes values spread evenly over -4 to 4, and copies them", async () => {
  const sau = Object.getPrototypeOf(createSauSync()) as Pick<Sau, "forward">;
  const own = sau.forward;
  /** x, and what is in the output, when the second row of forward begins: behind the copies of the first. */
  let [x, copied]: [number[], number[]] = [[], []];
  vi.spyOn(sau, "forward").mockImplementation(function (this: Sau, ...args) {
    const [given, params, { out } = {}] = args;
    if (params!.beta === 20000 && x.length === 0) [x, copied] = [[...given], [...out!]];
    return own.apply(this, args);
  });
  await bench(true, ELEMENTS);
  expect(x).toHaveLength(ELEMENTS);
  // The same each time: 1664525 * 12345 + 1013904223, modulo 2^32, is the generator's first.
  expect(x[0]).toBe(Math.fround((87_628_868 / 2 ** 32) * 8 - 4));
  expect(copied).toEqual(x);
  const eighths = new Array(8).fill(0);
  for (const value of x) eighths[Math.floor(value) + 4]++;
  expect(eighths).toHaveLength(8);
  for (const count of eighths) expect(Math.abs(count - ELEMENTS / 8)).toBeLessThan(ELEMENTS / 16);
});

it.each([
  [1.1e-5, "refuses"],
  [-1.1e-5, "refuses"],
  [Number.NaN, "refuses"],
  [0.9e-5, "times"],
])("a kernel that is wrong by %d it %s", async (error, verb) => {
  const sau = Object.getPrototypeOf(createSauSync()) as Pick<Sau, "forward">;
  const own = sau.forward;
  vi.spyOn(sau, "forward").mockImplementation(function (this: Sau, ...args) {
    const y = own.apply(this, args);
    // One value of many, whose own error is far smaller.
    y[0]! += error;
    return y;
  });
  const found = await bench(true, ELEMENTS).then(() => "times", String);
  if (verb === "times") expect(found).toBe(verb);
  else expect(found).toMatch(/^Error: the kernel computes (NaN|-?[\d.]+), plain JavaScript -?[\d.]+$/);
});
