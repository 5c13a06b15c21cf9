/** Promise: what the ring of memory gives out overlaps nothing that is in use, and lies within it. */
import { expect, it } from "vitest";
import { Fifo } from "../../ts/threads/fifo.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";

it("random takes and gives never overlap, and an empty ring has room for all of it", () => {
  const random = new Random(runSeed, 60);
  const [start, size] = [1000, 10_000];
  const fifo = new Fifo(start, size);
  const used: { at: number; bytes: number }[] = [];
  let taken = 0;
  for (let step = 0; step < 200_000; step++) {
    if (random.below(2) === 0 && used.length > 0) {
      used.shift();
      fifo.give();
      continue;
    }
    const bytes = 1 + random.below(random.below(10) === 0 ? size : 1500);
    const at = fifo.take(bytes);
    if (at === undefined) {
      expect(used.length, `an empty ring refuses ${bytes}; ${howToRepeat}`).toBeGreaterThan(0);
      continue;
    }
    taken++;
    const isWithin = at >= start && at + bytes <= start + size;
    const overlaps = used.some((other) => at < other.at + other.bytes && other.at < at + bytes);
    if (!isWithin || overlaps) throw new Error(`step ${step}: ${at}, ${bytes} bytes; ${howToRepeat}`);
    used.push({ at, bytes });
  }
  expect(taken).toBeGreaterThan(10_000);
});

it("gives out what just fits, at its end, at its start, and between", () => {
  const fifo = new Fifo(100, 30);
  expect([fifo.take(30), fifo.take(1)]).toEqual([100, undefined]);
  fifo.give();
  expect([fifo.take(10), fifo.take(10), fifo.take(10), fifo.take(1)]).toEqual([100, 110, 120, undefined]);
  fifo.give();
  expect([fifo.take(11), fifo.take(4), fifo.take(6), fifo.take(1)]).toEqual([undefined, 100, 104, undefined]);
  fifo.give();
  expect([fifo.take(10), fifo.take(1)]).toEqual([110, undefined]);
  fifo.clear();
  expect(fifo.take(30)).toBe(100);
});

it("leaves the rest empty where it does not fit at the end", () => {
  const fifo = new Fifo(0, 30);
  expect([fifo.take(10), fifo.take(15)]).toEqual([0, 10]);
  fifo.give();
  // Ten at the start, five at the end.
  expect([fifo.take(11), fifo.take(10), fifo.take(1)]).toEqual([undefined, 0, undefined]);
});
