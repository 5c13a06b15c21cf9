/** Promise: pieces are read, computed and written in their order, three at a time, and the first failure ends it. */
import os from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runPipeline, type Steps, shareFewCores } from "../../ts/cli/pipeline.js";
import { withBuiltin } from "../support/process.js";
import { turn } from "../support/turns.js";

interface Slot {
  readonly name: string;
  piece: number;
}

const newSlots = (): [Slot, Slot, Slot] => [
  { name: "a", piece: -1 },
  { name: "b", piece: -1 },
  { name: "c", piece: -1 },
];

/** Steps that write down when they begin and end, and fail where they are told to. */
function stepsOf(pieces: number, log: string[], failing?: string): Steps<Slot> {
  let next = 0;
  const step = async (what: string): Promise<void> => {
    log.push(`${what} begins`);
    await turn();
    if (what === failing) throw new Error(`${what} fails`);
    log.push(`${what} ends`);
  };
  return {
    async read(slot) {
      const piece = next++;
      if (piece === pieces) return false;
      await step(`read ${piece}`);
      slot.piece = piece;
      return true;
    },
    compute: ({ piece }) => step(`compute ${piece}`),
    write: ({ piece, name }) => step(`write ${piece} of ${name}`),
  };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("pieces", () => {
  it.each([0, 1, 2, 3, 8])("%i of them", async (pieces) => {
    const log: string[] = [];
    await runPipeline(newSlots(), stepsOf(pieces, log));
    const ends = (what: string): string[] =>
      log.filter((line) => line.startsWith(what) && line.endsWith("ends"));
    expect(ends("compute")).toEqual(Array.from({ length: pieces }, (_, k) => `compute ${k} ends`));
    expect(ends("write")).toEqual(
      Array.from({ length: pieces }, (_, k) => `write ${k} of ${"abc"[k % 3]} ends`),
    );
  });

  it("are read while the one before is computed, and the one before that written", async () => {
    const log: string[] = [];
    await runPipeline(newSlots(), stepsOf(4, log));
    const at = (line: string): number => {
      expect(log).toContain(line);
      return log.indexOf(line);
    };
    for (const k of [0, 1, 2]) {
      expect(at(`read ${k + 1} begins`)).toBeLessThan(at(`compute ${k} ends`));
      expect(at(`compute ${k + 1} begins`)).toBeLessThan(at(`write ${k} of ${"abc"[k]} ends`));
    }
    // A slot is read into when what it held has been written.
    expect(at("write 0 of a ends")).toBeLessThan(at("read 3 begins"));
  });

  it.each(["read 0", "read 2", "compute 1", "write 1 of b", "write 3 of a"])(
    "%s fails: so does all, and nothing later is written",
    async (failing) => {
      const log: string[] = [];
      const unhandled = vi.fn();
      process.on("unhandledRejection", unhandled);
      await expect(runPipeline(newSlots(), stepsOf(4, log, failing))).rejects.toThrow(`${failing} fails`);
      for (let k = 0; k < 3; k++) await turn();
      process.off("unhandledRejection", unhandled);
      expect(unhandled).not.toHaveBeenCalled();
      const [, piece] = /(\d)/.exec(failing)!;
      const later = log.filter(
        (line) => line.startsWith("write") && Number(/\d/.exec(line)![0]) > Number(piece),
      );
      expect(later).toEqual([]);
    },
  );
});

describe("few cores", () => {
  const name = "UV_THREADPOOL_SIZE";
  const own = process.env[name];

  it.each([
    [1, "1"],
    [2, "1"],
    [3, undefined],
  ])(
    "of %i share threads for reading and writing: %s, unless somebody has said how many",
    async (cores, threads) => {
      const share = () =>
        withBuiltin(
          os,
          "availableParallelism",
          () => cores,
          async () => shareFewCores(),
        );
      try {
        delete process.env[name];
        await share();
        expect(process.env[name]).toBe(threads);
        process.env[name] = "7";
        await share();
        expect(process.env[name]).toBe("7");
      } finally {
        if (own === undefined) delete process.env[name];
        else process.env[name] = own;
      }
    },
  );
});
