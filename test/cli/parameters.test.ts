/** Promise: --alpha, --beta, --bias and --channel-axis are what they say, for an array in either order of memory. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FileError, UsageError } from "../../ts/cli/errors.js";
import { type Command, parseCommand } from "../../ts/cli/options.js";
import { inParameters, readParameter, readParameters } from "../../ts/cli/parameters.js";
import { dtype, temporaryFolder, writeArray } from "../support/command.js";

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);

writeArray(path("values.npy"), Float32Array.of(0.5, 0.25, 1));
writeArray(path("one.npy"), Float32Array.of(0.5));
writeArray(path("number.npy"), Float32Array.of(0.75), []);
writeArray(path("none.npy"), new Float32Array(0));
writeArray(path("table.npy"), Float32Array.of(1, 2, 3, 4), [2, 2]);
writeArray(path("nan.npy"), Float32Array.of(1, Number.NaN, Number.NaN));
writeArray(path("most.npy"), new Float32Array(2 ** 21).fill(1));
writeArray(path("more.npy"), new Float32Array(2 ** 21 + 1).fill(1));

function header(shape: readonly number[], fortranOrder = false) {
  return { dtype: dtype("<f4"), fortranOrder, shape };
}

function options(...args: string[]) {
  return parseCommand(["forward", "x.npy", "y.npy", ...args]) as Command & { name: "forward" };
}

describe("a value", () => {
  it.each([
    ["0.5", 0.5],
    ["+.5", 0.5],
    [".25", 0.25],
    ["12.5", 12.5],
    ["-2.", -2],
    ["1e3", 1000],
    ["-1.5E-2", -0.015],
    [" 0.25 ", 0.25],
    ["1e39", 1e39],
    ["10", 10],
    ["1e+12", 1e12],
  ])("%j is the number %d", async (text, value) => {
    expect(await readParameter("alpha", text)).toBe(value);
  });

  it.each([
    ["0.5,0.25", [0.5, 0.25]],
    ["1, -2 ,.5", [1, -2, 0.5]],
    ["0.1,0.1", [Math.fround(0.1), Math.fround(0.1)]],
  ])("%j is one a channel", async (text, values) => {
    const found = await readParameter("bias", text);
    expect(found).toBeInstanceOf(Float32Array);
    expect([...(found as Float32Array)]).toEqual(values);
  });

  it("is what is in a file", async () => {
    expect(await readParameter("alpha", path("values.npy"))).toEqual(Float32Array.of(0.5, 0.25, 1));
    expect(await readParameter("alpha", path("one.npy"))).toEqual(Float32Array.of(0.5));
    expect(await readParameter("beta", path("number.npy"))).toBe(0.75);
    expect(await readParameter("beta", path("none.npy"))).toEqual(new Float32Array(0));
    expect(await readParameter("beta", path("most.npy"))).toHaveLength(2 ** 21);
  });

  it.each([
    "",
    "steep",
    "1,,2",
    "1,",
    "0x10",
    "1e",
    "1e1.5",
    ".",
    "1 2",
    "--1",
    "a1",
    "1a",
    "a1e5",
    "Infinity",
  ])("%j is none", async (text) => {
    const error = readParameter("beta", text);
    await expect(error).rejects.toThrow(UsageError);
    await expect(error).rejects.toThrow(
      `--beta is "${text}", expected a number, numbers with commas between them, or a .npy file`,
    );
  });

  it.each([
    ["alpha", "1,1e39", "alpha[1] is 1e+39, expected a number that is finite in float32"],
    ["beta", "0,1", "beta[0] is 0, expected a number that is finite and above 0 in float32"],
  ] as const)("--%s %s is refused as it was given", async (name, text, message) => {
    const error = await readParameter(name, text).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe(message);
  });

  it.each([
    ["table.npy", "its shape is (2, 2), expected one dimension of at most 2097152 values"],
    ["more.npy", "its shape is (2097153,), expected one dimension of at most 2097152 values"],
    ["nan.npy", "alpha[1] is NaN, expected a number that is finite in float32 (byte 132)"],
    ["missing.npy", "no such file or directory"],
  ])("of %s is refused", async (name, message) => {
    const error = await readParameter("alpha", path(name)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toBe(`${path(name)}: ${message}`);
  });
});

describe("parameters", () => {
  it("are those that were given, and no others", async () => {
    expect(await readParameters(options(), header([3, 4]))).toEqual({});
    expect(await readParameters(options("--alpha", "0.5", "--bias", "-1"), header([3, 4]))).toEqual({
      alpha: 0.5,
      bias: -1,
    });
    expect(await readParameters(options("--beta", "2"), header([]))).toEqual({ beta: 2 });
  });

  it.each([
    [[3, 4, 5], 0, false, [3, 4, 5], 0],
    [[3, 4, 5], 2, false, [3, 4, 5], 2],
    [[3, 4, 5], -1, false, [3, 4, 5], 2],
    [[3, 4, 5], -3, false, [3, 4, 5], 0],
    [[3, 4, 5], 0, true, [5, 4, 3], 2],
    [[3, 4, 5], -1, true, [5, 4, 3], 0],
    [[3, 4, 5], 1, true, [5, 4, 3], 1],
  ])("of shape %j along axis %i, in Fortran order: %s", async (shape, axis, fortran, inMemory, axisThere) => {
    const given = options("--alpha", "1,2,3", "--channel-axis", `${axis}`);
    expect(await readParameters(given, header(shape, fortran))).toEqual({
      alpha: Float32Array.of(1, 2, 3),
      shape: inMemory,
      channelAxis: axisThere,
    });
  });

  it.each([
    [[3, 4], "2", "--channel-axis is 2, expected -2 to 1 (shape (3, 4))"],
    [[3, 4], "-3", "--channel-axis is -3, expected -2 to 1 (shape (3, 4))"],
    [[7], "1", "--channel-axis is 1, expected -1 to 0 (shape (7,))"],
    [[], "0", "--channel-axis is 0, expected none, since the array has no axis (shape ())"],
  ])("of shape %j have no axis %s", async (shape, axis, message) => {
    const error = await readParameters(options("--channel-axis", axis), header(shape)).catch(
      (thrown) => thrown,
    );
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe(message);
  });

  it.each(["--alpha", "--beta", "--bias"])("%s with values a channel needs an axis", async (name) => {
    const error = await readParameters(options(name, "1,2"), header([2, 4])).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe(
      "--channel-axis is missing, which values a channel need; the array's shape is (2, 4)",
    );
  });
});

describe("what the package throws", () => {
  it.each([
    ["alpha has 3 values.", {}, UsageError, "alpha has 3 values"],
    ["alpha has 3 values.", { alpha: "a.npy", beta: "b.npy" }, FileError, "a.npy: alpha has 3 values"],
    ["beta has 3 values", { alpha: "a.npy", beta: "b.npy" }, FileError, "b.npy: beta has 3 values"],
    ["beta is. Bad.", { beta: "2" }, UsageError, "beta is. Bad"],
    ["bias has 3 values.", { bias: "b.npyx" }, UsageError, "bias has 3 values"],
    ["alphabet.", { alpha: "a.npy" }, UsageError, "alphabet"],
    ["not alpha has.", { alpha: "a.npy" }, UsageError, "not alpha has"],
    ["channelAxis is 4.", { channelAxis: 4 }, UsageError, "--channel-axis is 4"],
    ["the channelAxis is 4.", { channelAxis: 4 }, UsageError, "the channelAxis is 4"],
    [
      "beta has 3 values, expected 4 of shape[channelAxis].",
      { channelAxis: -1, beta: "b.npy" },
      FileError,
      "b.npy: beta has 3 values, expected 4 of --channel-axis -1",
    ],
  ])("%j becomes an error of who gave it: %j", (message, given, kind, expected) => {
    const error = inParameters(new RangeError(message), { channelAxis: undefined, ...given });
    expect(error).toBeInstanceOf(kind);
    expect(error.message).toBe(expected);
  });
});
