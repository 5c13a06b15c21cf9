/** Promise: a file of any size goes through in the same memory, and so does one that claims any. */
import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { measuredRun, peakMemory } from "../../scripts/peak-memory.js";
import { elementCount } from "../../ts/npy/header.js";
import { commandLine, dtype, header, temporaryFolder } from "../support/command.js";

const MOST = 200 * 2 ** 20;

/** Far above {@link MOST}; sparse, so that it takes no room on the disk. */
const ELEMENTS = 2 ** 28;

const folder = temporaryFolder();
const CHANNELS = 2 ** 15;
const shape = [ELEMENTS / CHANNELS / 64, CHANNELS, 64];
const single = sparse("single.npy", "<f4", shape);
const double = sparse("double.npy", ">f8", shape);
const alpha = sparse("alpha.npy", "<f4", [CHANNELS]);

function sparse(name: string, descr: string, shape: readonly number[]): string {
  const path = join(folder, name);
  const file = openSync(path, "w");
  const before = header(shape, { dtype: dtype(descr) });
  writeSync(file, before);
  ftruncateSync(file, before.length + elementCount(shape) * dtype(descr).itemsize);
  closeSync(file);
  return path;
}

afterAll(() => {
  rmSync(single);
  rmSync(double);
});

it.each([
  ["forward of 1 GiB", ["forward", single, "/dev/null"]],
  ["forward on two threads", ["forward", single, "/dev/null", "--threads", "2"]],
  ["forward of 2 GiB of swapped float64", ["forward", double, "/dev/null"]],
  ["backward, and dx", ["backward", single, double, "--dx", "/dev/null"]],
  [
    "backward with 2,097,152 sums of each kind",
    ["backward", single, single, "--alpha", alpha, "--channel-axis", "1"],
  ],
])("%s, within 200 MiB", (_, args) => {
  expect(peakMemory(commandLine(...args))).toBeLessThan(MOST);
});

describe("what is claimed takes no memory", () => {
  /** Twice what the command takes for an array of one element. */
  const MOST_FOR_CLAIMS = 128 * 2 ** 20;
  const HUGE = 2 ** 50;
  /** A model's graph, said to have so many bytes. */
  const FOUR_GIB = Uint8Array.of(0x08, 8, 0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f);

  /** A file of those bytes, and nothing behind them. */
  function claiming(name: string, bytes: Uint8Array): string {
    const path = join(folder, name);
    writeFileSync(path, bytes);
    return path;
  }

  /** A header whose dictionary is said to have so many bytes. */
  function longHeader(length: number): Uint8Array {
    const field = Buffer.alloc(4);
    field.writeUInt32LE(length);
    return Buffer.concat([
      Buffer.from("\x93NUMPY\x02\x00", "latin1"),
      field,
      Buffer.from("{'descr': '<f4', "),
    ]);
  }

  const long = claiming("long.npy", header([HUGE]));
  const wide = claiming("wide.npy", header([1, HUGE]));
  const none = claiming("none.npy", header([0, HUGE]));

  it.each([
    ["2^50 elements in a file", ["forward", long, "/dev/null"], long],
    ["2^50 elements in a pipe", ["forward", "-", "/dev/null"], long],
    ["2^50 channels in a pipe", ["forward", "-", "/dev/null", "--channel-axis", "1"], wide],
    ["2^50 sums for a pipe", ["backward", "-", wide, "--channel-axis", "1"], wide],
    ["2^50 values for alpha", ["forward", single, "/dev/null", "--alpha", long, "--channel-axis", "1"], long],
    [
      "a dictionary of 4 GiB",
      ["forward", "-", "/dev/null"],
      claiming("dictionary.npy", longHeader(2 ** 32 - 1)),
    ],
    [
      "a model's length of 4 GiB",
      ["onnx", "-", "/dev/null", "--from", "Relu"],
      claiming("length.onnx", FOUR_GIB),
    ],
  ])("%s", (_, args, input) => {
    const { status, stderr, bytes } = measuredRun(commandLine(...args), readFileSync(input));
    expect(stderr).toMatch(/^sau-simd: [^\n]+\n$/);
    expect(status).toBe(1);
    expect(bytes).toBeLessThan(MOST_FOR_CLAIMS);
  });

  it.each([{ axis: [] }, { axis: ["--channel-axis", "1"] }])(
    "2^50 channels of no element, $axis",
    ({ axis }) => {
      const { status, stderr, bytes } = measuredRun(commandLine("backward", none, none, ...axis));
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(bytes).toBeLessThan(MOST_FOR_CLAIMS);
    },
  );
});
