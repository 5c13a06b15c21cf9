/**
 * Promise: each item on the board is claimed once, by one thread, and who it is is known at every moment; counts wrap
 * around, and whoever waits is woken.
 */

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Board, canWaitAsync, PLACES } from "../../ts/threads/board.js";
import { withinTime } from "../support/pools.js";
import { Random, runSeed } from "../support/random.js";

/** Where the board counts items that were published, claimed and taken off: the first word of its first three lines. */
const COUNTS = [0, 16, 32];

let board: Board;

/** A board whose items are counted from `index` on. */
function boardFrom(index: number): Board {
  const buffer = new SharedArrayBuffer(Board.BYTES);
  const words = new Int32Array(buffer);
  for (const word of COUNTS) words[word] = index;
  return new Board(buffer);
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

beforeEach(() => {
  board = boardFrom(0);
});

describe("an item", () => {
  it("is published, claimed, computed, done, and taken off the board", () => {
    expect([board.published, board.oldest, board.count]).toEqual([0, 0, 0]);
    expect(board.claim(1)).toBeUndefined();
    board.publish(4096, false);
    board.publish(0xfffffc00, true);
    expect([board.published, board.oldest, board.count, [...board.items()]]).toEqual([2, 0, 2, [0, 1]]);
    expect([board.addressOf(0), board.addressOf(1)]).toEqual([4096, 0xfffffc00]);
    expect([board.isDone(0), board.isAllDone(), board.isClaimedBy(7, 0)]).toEqual([false, false, false]);

    expect(board.claim(7)).toBe(0);
    expect([7, 6, 1].map((owner) => board.isClaimedBy(owner, 0))).toEqual([true, false, false]);
    expect([board.isComputed(0), board.isDone(0), board.withdraw(0)]).toEqual([false, false, false]);
    board.setComputed(0, 7);
    expect([board.isComputed(0), board.isClaimedBy(7, 0), board.isDone(0)]).toEqual([true, true, false]);
    expect(board.setDone(0)).toBe(false);
    expect([board.isComputed(0), board.isClaimedBy(7, 0), board.isDone(0)]).toEqual([false, false, true]);
    expect(board.isAllDone()).toBe(false);

    expect(board.claim(8)).toBe(1);
    expect(board.claim(8)).toBeUndefined();
    expect(board.setDone(1)).toBe(true);
    expect(board.isAllDone()).toBe(true);
    expect(board.count).toBe(2);
    board.removeOldest();
    expect([board.oldest, board.count, [...board.items()]]).toEqual([1, 1, [1]]);
    board.removeOldest();
    expect([board.oldest, board.count, [...board.items()]]).toEqual([2, 0, []]);
  });

  it("that was withdrawn is done, and nobody claims it", () => {
    for (const address of [64, 128, 192]) board.publish(address, false);
    expect(board.withdraw(1)).toBe(true);
    expect(board.withdraw(1)).toBe(false);
    expect(board.isDone(1)).toBe(true);
    expect([board.claim(1), board.claim(1), board.claim(1)]).toEqual([0, 2, undefined]);
    expect(board.withdraw(0)).toBe(false);
  });

  it("rings as its place did not before", () => {
    for (let index = 0; index < 2 * PLACES; index++) {
      const rings = index % 3 === 0;
      board.publish(index * 64, rings);
      expect(board.claim(3)).toBe(index);
      expect(board.addressOf(index)).toBe(index * 64);
      expect(board.setDone(index)).toBe(rings);
      board.removeOldest();
    }
  });
});

describe("many items", () => {
  // The last: where a count of 32 bits turns from its largest number to its smallest.
  it.each([0, -100, 2 ** 31 - 300])("from %i on are claimed once each, oldest first", (from) => {
    const random = new Random(runSeed, 33);
    board = boardFrom(from);
    const others = [2, 3, 4].map((owner) => ({ owner, seen: new Board(board.buffer) }));
    const claimed = new Map<number, number>();
    let [published, removed, claims] = [0, 0, 0];
    const indexOf = (count: number): number => (from + count) | 0;
    for (let step = 0; step < 2000; step++) {
      if (random.below(2) === 0 && published - removed < PLACES) {
        board.publish(published * 64, false);
        published++;
      }
      const { owner, seen } = others[random.below(3)]!;
      if (random.below(2) === 0) {
        const index = seen.claim(owner);
        if (claims === published) {
          expect(index).toBeUndefined();
        } else {
          expect(index).toBe(indexOf(claims));
          expect(seen.addressOf(index!)).toBe(claims * 64);
          claimed.set(claims++, owner);
        }
      }
      const isAsClaimed = (count: number): boolean =>
        board.isClaimedBy(claimed.get(count) ?? 0, indexOf(count));
      const onBoard = Array.from({ length: published - removed }, (_, k) => removed + k);
      expect(onBoard.filter((count) => !isAsClaimed(count))).toEqual([]);
      while (removed < claims && random.below(2) === 0) {
        const index = board.oldest;
        expect(index).toBe(indexOf(removed));
        seen.setDone(index);
        claimed.set(removed++, 0);
        board.removeOldest();
      }
      expect([board.published, board.count]).toEqual([indexOf(published), published - removed]);
      expect(board.isAllDone()).toBe(removed === published);
      if (step % 16 === 0)
        expect([...board.items()]).toEqual(onBoard.filter((count) => count >= removed).map(indexOf));
    }
    expect(published).toBeGreaterThan(3 * PLACES);
  });

  it("fill all places, and are found from where a thread that slept for long had left the search", () => {
    const words = new Int32Array(board.buffer);
    for (let index = 0; index < 5 * PLACES; index++) {
      board.publish(index * 64, false);
      if (index < 4 * PLACES) {
        board.setDone(board.claim(2)!);
        board.removeOldest();
      }
    }
    expect(board.count).toBe(PLACES);
    words[COUNTS[1]!] = 17;
    expect(board.claim(2)).toBe(4 * PLACES);
    words[COUNTS[1]!] = 4 * PLACES - 1;
    expect(board.claim(3)).toBe(4 * PLACES + 1);
    for (let index = 4 * PLACES + 2; index < 5 * PLACES; index++) expect(board.claim(2)).toBe(index);
    expect(board.claim(2)).toBeUndefined();
  });

  it("are passed over by who finds them claimed in between", () => {
    for (const address of [64, 128]) board.publish(address, false);
    const own = Atomics.compareExchange;
    const exchange = vi.spyOn(Atomics, "compareExchange").mockImplementationOnce((...args) => {
      expect(new Board(board.buffer).claim(5)).toBe(0);
      return own(...args);
    });
    expect(board.claim(6)).toBe(1);
    exchange.mockRestore();
    expect([board.isClaimedBy(5, 0), board.isClaimedBy(6, 1)]).toEqual([true, true]);
  });
});

describe("the bell", () => {
  it("counts, and wakes who waits for it", async () => {
    expect(canWaitAsync()).toBe(true);
    const { rung } = board;
    let isWoken = false;
    const woken = board.waitForBell(rung)!.then(() => {
      isWoken = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(isWoken).toBe(false);
    new Board(board.buffer).ring();
    expect(board.rung).toBe(rung + 1);
    await withinTime(woken, "the bell");
    expect(board.waitForBell(rung)).toBeUndefined();
  });

  it("is another than the call to work, which everything to do makes, and the end", () => {
    const { called } = board;
    board.ring();
    expect(board.called).toBe(called);
    board.publish(64, false);
    expect(board.called).toBe(called + 1);
    // At once: it was called in between.
    board.sleep(called);
    expect(board.isClosed).toBe(false);
    board.close();
    expect([board.isClosed, board.called, board.rung]).toEqual([true, called + 2, 1]);
  });

  it("wakes no worker without work: that sleeps on the word that items to do wake", () => {
    const [wait, notify] = [vi.spyOn(Atomics, "wait").mockReturnValue("ok"), vi.spyOn(Atomics, "notify")];
    const { called } = board;
    board.sleep(called);
    board.publish(64, false);
    expect(wait.mock.calls).toEqual([[...notify.mock.calls[0]!, called]]);
  });

  it.each([
    ["Atomics", undefined],
    ["Atomics", { ...Atomics, waitAsync: undefined }],
  ])("cannot be waited for without %s of today", (name, value) => {
    vi.stubGlobal(name, value);
    expect(canWaitAsync()).toBe(false);
  });
});
