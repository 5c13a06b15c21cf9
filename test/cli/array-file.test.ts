/** Promise: an array is read to its end, and no further, whether its file says how long it is or a pipe does not. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { ArrayInput } from "../../ts/cli/array-file.js";
import { FileError } from "../../ts/cli/errors.js";
import { temporaryFolder, writeArray } from "../support/command.js";

const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);
const x = Float32Array.of(1, 2, 3, 4, 5, 6);
writeArray(path("x.npy"), x, [2, 3]);
const bytes = readFileSync(path("x.npy"));

async function errorOf(act: () => Promise<unknown>): Promise<string> {
  const error = (await act().catch((thrown) => thrown)) as Error;
  expect(error).toBeInstanceOf(FileError);
  return error.message.replace(join(folder, "/"), "");
}

it.each([
  ["text.npy", () => writeFileSync(path("text.npy"), "not an array at all"), /^text\.npy: .+\(byte 0\)$/],
  ["folder.npy", () => mkdirSync(path("folder.npy")), /^folder\.npy: is a directory, expected a \.npy file$/],
  ["none.npy", () => {}, /^none\.npy: no such file or directory$/],
])("%s is an error that says what it is", async (name, make, message) => {
  make();
  expect(await errorOf(() => ArrayInput.open(path(name)))).toMatch(message);
});

describe.runIf(process.platform !== "win32")("a named pipe", () => {
  let fifos = 0;

  /** An array in a named pipe, in which there are `content`, and no more to come. */
  async function piped(content: Uint8Array): Promise<ArrayInput> {
    const fifo = path(`fifo-${fifos++}`);
    expect(spawnSync("mkfifo", [fifo]).status).toBe(0);
    const writer = spawn("sh", ["-c", `cat > '${fifo}'`], { stdio: ["pipe", "inherit", "inherit"] });
    writer.stdin.end(content);
    return ArrayInput.open(fifo);
  }

  it("that ends with the array is closed", async () => {
    const array = await piped(bytes);
    expect([array.length, array.byteLength, array.input.size]).toEqual([6, 24, undefined]);
    const values = new Float32Array(6);
    const codec = array.codec(values);
    await array.read(codec, 6);
    expect(codec.decode(6)).toEqual(x);
    const close = vi.spyOn(array.input, "close");
    await array.finish();
    expect(close).toHaveBeenCalledTimes(1);
  });

  it("that goes on is refused, once the array was read", async () => {
    const array = await piped(Buffer.concat([bytes, Buffer.of(0)]));
    await array.read(array.codec(new Float32Array(6)), 6);
    expect(await errorOf(() => array.finish())).toMatch(
      /: the file goes on after its data, expected one array alone \(byte 152\)$/,
    );
  });

  it("that ends too early is refused where it does", async () => {
    const array = await piped(bytes.subarray(0, -3));
    expect(await errorOf(() => array.read(array.codec(new Float32Array(6)), 6))).toMatch(/ \(byte 149\)$/);
  });
});
