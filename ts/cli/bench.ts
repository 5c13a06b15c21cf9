/**
 * sau-simd bench: the kernels on this machine, beside plain JavaScript and a copy of the same memory.
 *
 * Every turn runs each row once, so that what slows the machine slows all of them, and the least time of a row
 * counts. Answers are compared before anything is timed.
 */
import { plainBackward, plainForward } from "../../examples/digits/plain-sau.js";
import { createSau } from "../index.js";
import { DEFAULTS } from "../params.js";

/** Elements: 4 MiB an array, beyond the caches of most cores. */
const LENGTH = 2 ** 20;

/** A beta at which every value is in the smooth part, and the paper's, at which almost none is. */
const [WIDE, NARROW] = [1.7, DEFAULTS.beta];

const TURNS = 25;

/** Milliseconds that each row runs for at first: engines compile hot code anew. */
const WARM_UP_MS = 300;

/** How far the answers may be from those of double precision. */
const TOLERANCE = 1e-5;

/** Rows that are compared; run does it once. */
interface Contest {
  readonly name: string;
  readonly kernel: () => void;
  readonly plain: () => void;
  readonly copy: () => void;
}

/** What was found, in nanoseconds an element. */
interface Result {
  readonly name: string;
  readonly elements: number;
  readonly fasterThanPlain: number;
  readonly timesACopy: number;
  readonly kernel: number;
  readonly plain: number;
  readonly copy: number;
}

/** `length` values spread evenly over -4 to 4, the same each time. */
function spread(length: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 8 - 4;
  });
}

function expectNear(found: Float32Array, expected: Float32Array): void {
  const at = found.findIndex((value, i) => !(Math.abs(value - expected[i]!) <= TOLERANCE));
  if (at >= 0) throw new Error(`the kernel computes ${found[at]}, plain JavaScript ${expected[at]}`);
}

const ROWS = ["kernel", "plain", "copy"] as const;

function measure(contest: Contest, length: number): Result {
  const time = (row: (typeof ROWS)[number]): number => {
    const start = performance.now();
    contest[row]();
    return performance.now() - start;
  };
  for (const row of ROWS) for (let spent = 0; spent < WARM_UP_MS; ) spent += time(row);
  const least = { kernel: Infinity, plain: Infinity, copy: Infinity };
  for (let turn = 0; turn < TURNS; turn++) {
    for (const row of ROWS) least[row] = Math.min(least[row], time(row));
  }
  const [kernel, plain, copy] = ROWS.map((row) => (least[row] * 1e6) / length) as [number, number, number];
  return {
    name: contest.name,
    elements: length,
    fasterThanPlain: plain / kernel,
    timesACopy: kernel / copy,
    kernel,
    plain,
    copy,
  };
}

/** @param length elements of an array */
export async function bench(json: boolean, length: number = LENGTH): Promise<void> {
  const sau = await createSau();
  const tensors = [0, 1, 2].map(() => sau.alloc(length));
  const [x, dy, out] = tensors.map(({ array }) => array) as [Float32Array, Float32Array, Float32Array];
  x.set(spread(length, 12345));
  dy.set(spread(length, 54321));
  const expected = new Float32Array(length);
  const alpha = Float32Array.of(DEFAULTS.alpha);
  const dAlpha = new Float32Array(1);
  const copy = (): void => out.set(x);

  const contests = [WIDE, NARROW].map((beta): Contest => {
    const params = { alpha: DEFAULTS.alpha, beta };
    return {
      name: `forward, beta ${beta}`,
      kernel: () => void sau.forward(x, params, { out }),
      plain: () => plainForward(x, alpha, beta, expected),
      copy,
    };
  });
  contests.push({
    name: `backward with dalpha, beta ${WIDE}`,
    kernel: () =>
      void sau.backward(
        x,
        dy,
        { alpha: DEFAULTS.alpha, beta: WIDE },
        { want: ["dx", "alpha"], out: { dx: out } },
      ),
    plain: () => plainBackward(x, dy, alpha, WIDE, expected, dAlpha),
    copy,
  });

  if (!json)
    process.stdout.write(`tier ${sau.tier}, ${length} elements, one thread; least of ${TURNS} turns\n`);
  const results: Result[] = [];
  for (const contest of contests) {
    contest.kernel();
    contest.plain();
    expectNear(out, expected);
    const result = measure(contest, length);
    results.push(result);
    if (!json) process.stdout.write(`${toText(result)}\n`);
  }
  sau.dispose();
  if (json) process.stdout.write(`${JSON.stringify({ tier: sau.tier, turns: TURNS, results })}\n`);
}

function toText({ name, fasterThanPlain, timesACopy, kernel, plain, copy }: Result): string {
  const ns = (value: number): string => `${value.toPrecision(2)} ns`;
  const ratios = `${fasterThanPlain.toFixed(1)} times as fast as plain JavaScript, ${timesACopy.toFixed(1)} times a copy's time`;
  return `${name}: ${ratios} (${ns(kernel)} an element; ${ns(plain)}; ${ns(copy)})`;
}
