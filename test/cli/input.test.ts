/** Promise: bytes come in their order, however few a source has at once, and errors say where it ended. */
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FileError, UsageError } from "../../ts/cli/errors.js";
import { Input, openInput } from "../../ts/cli/input.js";
import { onTerminal, temporaryFolder } from "../support/command.js";

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);
const BYTES = Uint8Array.from({ length: 100 }, (_, i) => i);

/** An input that has so many bytes at once. */
function inputOf(
  sizes: readonly number[],
  size?: number,
): { input: Input; total: number; closed: () => number } {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let [at, k, closed] = [0, 0, 0];
  const input = new Input("some.npy", size, {
    async readSome(into) {
      const count = Math.min(sizes[k++] ?? total, total - at, into.length);
      into.set(BYTES.subarray(at, at + count));
      at += count;
      return count;
    },
    async close() {
      closed++;
    },
  });
  return { input, total, closed: () => closed };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("read", () => {
  it("fills what it is given, from as many pieces as it takes", async () => {
    const { input } = inputOf([3, 1, 20, 5, 10]);
    const into = new Uint8Array(24);
    expect(await input.read(into)).toBe(24);
    expect([into, input.offset]).toEqual([BYTES.slice(0, 24), 24]);
    expect(await input.read(new Uint8Array(0))).toBe(0);
    const rest = new Uint8Array(20).fill(255);
    expect(await input.read(rest)).toBe(15);
    expect([...rest]).toEqual([...BYTES.slice(24, 39), 255, 255, 255, 255, 255]);
    expect([input.offset, await input.read(rest), input.offset]).toEqual([39, 0, 39]);
  });

  it("says how far it came", async () => {
    const broken = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
    let reads = 0;
    const input = new Input("some.npy", undefined, {
      readSome: async () => {
        if (reads++ < 2) return 5;
        throw broken;
      },
      close: async () => {},
    });
    const error = await input.read(new Uint8Array(20)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    expect([error.message, error.cause]).toEqual(["some.npy: i/o error (byte 10)", broken]);
  });
});

describe("all that is left", () => {
  it.each([
    ["of a known size", [40, 60], 100],
    ["of a size that was too small", [40, 60], 70],
    ["of a size that was too large", [40, 60], 1000],
    ["of no known size", [40, 60], undefined],
    ["that is nothing", [], 0],
  ] as const)("%s comes, and it is closed", async (_, sizes, size) => {
    const { input, total, closed } = inputOf(sizes, size);
    const expected = BYTES.subarray(0, total);
    expect(Buffer.from(await input.readAll()).equals(expected)).toBe(true);
    expect(closed()).toBe(1);
  });

  it("comes after what was read already, and takes one read for a file", async () => {
    writeFileSync(path("file"), BYTES);
    const input = await openInput(path("file"), "a file");
    expect([input.name, input.size]).toEqual([path("file"), 100]);
    await input.read(new Uint8Array(30));
    const read = vi.spyOn(input, "read");
    expect(Buffer.from(await input.readAll()).equals(BYTES.subarray(30))).toBe(true);
    expect(read).toHaveBeenCalledTimes(1);
    expect(read.mock.calls[0]![0]).toHaveLength(71);
    // It was closed.
    await expect(input.read(new Uint8Array(1))).rejects.toThrow(FileError);
  });

  it("comes where the file has grown since", async () => {
    writeFileSync(path("growing"), BYTES);
    const input = await openInput(path("growing"), "a file");
    appendFileSync(path("growing"), BYTES);
    expect(Buffer.from(await input.readAll()).equals(Buffer.concat([BYTES, BYTES]))).toBe(true);
  });
});

describe.runIf(process.platform !== "win32")("a named pipe", () => {
  function makeFifo(name: string): string {
    expect(spawnSync("mkfifo", [path(name)]).status).toBe(0);
    return path(name);
  }

  it("gives what is written to it, in its order, until its writers have gone", async () => {
    const fifo = makeFifo("fifo");
    const input = await openInput(fifo, "a file");
    expect([input.name, input.size]).toEqual([fifo, undefined]);
    const writer = spawnSync("sh", ["-c", `printf abcdef > '${fifo}'`]);
    expect(writer.status).toBe(0);
    const into = new Uint8Array(4);
    expect(await input.read(into)).toBe(4);
    expect(Buffer.from(into).toString()).toBe("abcd");
    expect(Buffer.from(await input.readAll()).toString()).toBe("ef");
  });

  it("is left while somebody may still write", async () => {
    const fifo = makeFifo("held");
    const input = await openInput(fifo, "a file");
    const writer = openSync(fifo, "w");
    writeSync(writer, "ab");
    expect(await input.read(new Uint8Array(2))).toBe(2);
    await input.close();
  });
});

describe("standard input", () => {
  it("that is a terminal is an error of the command line", async () => {
    const open = (): Promise<unknown> => openInput("-", "a .npy file").catch((thrown) => thrown);
    const error = await onTerminal(process.stdin, open);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toBe('standard input is a terminal, expected a file or a pipe for "-"');
  });
});

it.each([
  ["missing", "no such file or directory"],
  ["folder", "is a directory, expected a model of ONNX"],
])("what is %s cannot be opened", async (name, message) => {
  mkdirSync(path("folder"), { recursive: true });
  const error = await openInput(path(name), "a model of ONNX").catch((thrown) => thrown);
  expect(error).toBeInstanceOf(FileError);
  expect(error.message).toBe(`${path(name)}: ${message}`);
});
