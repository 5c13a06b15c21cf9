/** Promise: a file of any size goes through in the same memory. */
import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { peakMemory } from "../../scripts/peak-memory.js";
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
