/** Promise: an error of the command names its file, and the byte, and says what the system says. */
import { describe, expect, it } from "vitest";
import { EXIT, FileError, inFile, isClosedPipe, reasonOf, UsageError } from "../../ts/cli/errors.js";
import { NpyError } from "../../ts/npy/errors.js";
import { OnnxError } from "../../ts/onnx/errors.js";

const missing = Object.assign(new Error("ENOENT: no such file or directory, open 'x.npy'"), {
  code: "ENOENT",
});
const closed = Object.assign(new Error("EPIPE: broken pipe, write"), { code: "EPIPE" });

it("has the exit codes of docs/command-line.md", () => {
  expect(EXIT).toEqual({ success: 0, failure: 1, usage: 2 });
});

it.each([
  [missing, "no such file or directory"],
  [new Error("EISDIR: illegal operation on a directory"), "illegal operation on a directory"],
  [new Error("E2BIG: argument list too long, spawn"), "argument list too long"],
  [
    new Error("ERR_FS_FILE_TOO_LARGE: File size (5) is greater than 2 GiB"),
    "File size (5) is greater than 2 GiB",
  ],
  [new Error("it is so: ENOENT: really, so"), "it is so: ENOENT: really, so"],
  [new Error("enoent: no, so"), "enoent: no, so"],
  ["thrown words", "thrown words"],
  [undefined, "undefined"],
])("the reason of %s is %s", (error, reason) => {
  expect(reasonOf(error)).toBe(reason);
});

describe("an error of a file", () => {
  it.each([
    [undefined, undefined, "x.npy: it is bad"],
    [0, undefined, "x.npy: it is bad (byte 0)"],
    [173, missing, "x.npy: it is bad (byte 173)"],
  ])("at %s, because of %s, is: %s", (offset, cause, message) => {
    const error = new FileError("x.npy", "it is bad", offset, cause);
    expect(error).toMatchObject({ message, name: "FileError" });
    expect([error.cause, Object.hasOwn(error, "cause")]).toEqual([cause, cause !== undefined]);
  });

  it("stays as it is where it names a file, or the command line", () => {
    const [file, usage] = [new FileError("y.npy", "bad"), new UsageError("bad")];
    expect([inFile("x.npy", file, 3), inFile("x.npy", usage, 3)]).toEqual([file, usage]);
    expect(inFile("x.npy", usage)).toBe(usage);
    expect(usage.name).toBe("UsageError");
  });

  it.each([
    [new NpyError("its header is bad", 10), "x.npy: its header is bad (byte 10)"],
    [new OnnxError("its graph is bad", 11), "x.npy: its graph is bad (byte 11)"],
    [new OnnxError("its graph is bad"), "x.npy: its graph is bad"],
    [missing, "x.npy: no such file or directory (byte 7)"],
    ["words", "x.npy: words (byte 7)"],
  ])("of %s is: %s", (error, message) => {
    const found = inFile("x.npy", error, 7);
    expect(found).toBeInstanceOf(FileError);
    expect([found.message, found.cause]).toEqual([message, error]);
  });
});

it.each([
  [closed, true],
  [inFile("standard output", closed), true],
  [new Error("around", { cause: inFile("standard output", closed) }), true],
  [missing, false],
  [inFile("x.npy", missing), false],
  [new Error("EPIPE"), false],
  [{ code: "EPIPE" }, false],
  [Object.assign(new Error("EPIPE"), { code: 32 }), false],
  [undefined, false],
  ["EPIPE", false],
])("%s: that nobody reads any more is %s", (error, expected) => {
  expect(isClosedPipe(error)).toBe(expected);
});
