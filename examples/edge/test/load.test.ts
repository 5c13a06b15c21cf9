/** Promise: over 100,000 requests the answers stay the same and so does the memory. */
import { expect, it } from "vitest";
import { loadTestDigits } from "../../digits/digits.js";
import { post } from "../host/load.js";
import { README, served } from "./support.js";

const WARM_UP = 100_000; // until V8 and workerd have made room, whatever the Worker
const WINDOW = 20_000;
const WINDOWS = 5; // 100,000 requests
const CONCURRENCY = 16;
const HEAP_EVERY = 50;
const PROCESS_EVERY = 1000;

/**
 * Growth from the first window to the last, which are 80,000 requests apart: 13 bytes a request in the Worker, less
 * than the smallest object; 419 in the process around it, whose own heaps V8 fills as it likes.
 */
const HEAP_BOUND = 1024 * 1024;
const PROCESS_BOUND = 32 * 1024 * 1024;

const worker = served();
const digits = loadTestDigits();

/** The answer to each digit, once it was given. */
const answers: string[] = [];

it("reads as many of 10,000 unseen digits as the README says", async () => {
  await post(worker().url, digits, {
    requests: digits.count,
    concurrency: CONCURRENCY,
    onAnswer(json, digit) {
      answers[digit] = json;
    },
  });
  const right = answers.filter((json, digit) => JSON.parse(json).digit === digits.labels[digit]).length;
  const promised = Number(README.match(/([\d.]+) % of the 10,000 unseen digits/)![1]);
  console.log(`${right} of ${digits.count} unseen digits are read right`);
  expect(right / digits.count).toBeGreaterThanOrEqual(promised / 100);
});

it("gives the same answers over 100,000 requests, in steady memory", { timeout: 600_000 }, async () => {
  let wrong = 0;
  const check = (json: string, digit: number) => {
    if (json !== answers[digit]) wrong++;
  };
  await post(worker().url, digits, { requests: WARM_UP, concurrency: CONCURRENCY, onAnswer: check });
  const inspector = await worker().inspect();
  const windows: { heap: number; process: number }[] = [];
  const start = performance.now();
  for (let window = 0; window < WINDOWS; window++) {
    const heaps: Promise<number>[] = [];
    const processes: number[] = [];
    let answered = 0;
    await post(worker().url, digits, {
      requests: WINDOW,
      concurrency: CONCURRENCY,
      onAnswer(json, digit) {
        check(json, digit);
        if (++answered % HEAP_EVERY === 0) heaps.push(inspector.heap());
        if (answered % PROCESS_EVERY === 0) processes.push(worker().processMemory());
      },
    });
    // The least of the Worker's heap is what V8 could not collect; the process gives little back.
    windows.push({ heap: Math.min(...(await Promise.all(heaps))), process: Math.max(...processes) });
  }
  inspector.close();
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `${WINDOW * WINDOWS} requests in ${seconds.toFixed(1)} s, after each ${WINDOW}:\n` +
      windows
        .map(
          ({ heap, process }) =>
            `  Worker ${(heap / 1024).toFixed(0)} KiB, workerd ${(process / 2 ** 20).toFixed(0)} MiB`,
        )
        .join("\n"),
  );
  expect(wrong).toBe(0);
  const [first, last] = [windows[0], windows[WINDOWS - 1]];
  expect(last.heap - first.heap).toBeLessThan(HEAP_BOUND);
  expect(last.process - first.process).toBeLessThan(PROCESS_BOUND);
});
