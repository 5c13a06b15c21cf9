/** Promise: what numpy writes is read, what is written is what numpy writes, and no header does harm. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/wasm/tiers.js";
import { elementCount, formatHeader, readHeader } from "../../ts/npy/header.js";
import { dtype, npyFile, parseArray, readerOf } from "../support/command.js";

const FIXTURES = join(ROOT, "test", "cli", "fixtures");

function fixture(name: string): Buffer {
  return readFileSync(join(FIXTURES, name));
}

function parse(bytes: Uint8Array) {
  return parseArray(bytes);
}

describe("what numpy wrote", () => {
  const names = readdirSync(FIXTURES).filter((name) => /-v\d\.npy$/.test(name));

  it("is there in every dtype, byte order, memory order and version", () => {
    expect(names).toHaveLength(3 * 2 * 6);
  });

  it.each(names)("%s is read", async (name) => {
    const [, order, size, memory] = /^(little|big)-(f\d)-([CF])-v/.exec(name)!;
    const found = await parse(fixture(name));
    expect(found).toMatchObject({
      dtype: dtype((order === "little" ? "<" : ">") + size),
      fortranOrder: memory === "F",
      shape: [3, 4, 5],
    });
    expect(found.data).toHaveLength(60 * found.dtype.itemsize);
  });

  it.each(names.filter((name) => name.endsWith("-v1.npy")))("%s is written, to the byte", async (name) => {
    const bytes = fixture(name);
    const found = await parse(bytes);
    expect(Buffer.from(formatHeader(found))).toEqual(bytes.subarray(0, found.dataOffset));
  });

  it.each(["no-dimension.npy", "empty.npy"])("%s is read and written", async (name) => {
    const bytes = fixture(name);
    const found = await parse(bytes);
    expect(elementCount(found.shape)).toBe(name === "empty.npy" ? 0 : 1);
    expect(Buffer.from(formatHeader(found))).toEqual(bytes.subarray(0, found.dataOffset));
  });
});

it("reads other ways of writing the same", async () => {
  const expected = { dtype: dtype("<f4"), fortranOrder: false, shape: [3] };
  for (const dictionary of [
    "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
    "{'shape': (3,), 'fortran_order': False, 'descr': '<f4'}",
    `{"descr":"<f4","fortran_order":False,"shape":(3,)}\n`,
    "{ 'descr' : '<f4' ,\n 'fortran_order' : False , 'shape' : ( 3L , ) , }   \n",
  ]) {
    for (const version of [1, 2, 3] as const) {
      expect(await parse(npyFile(dictionary, version))).toMatchObject(expected);
    }
  }
});

const START = "{'descr': '<f4', 'fortran_order': False, 'shape': ";

it("reads as many bytes and dimensions as NumPy does, and no more", async () => {
  const shape = Array.from({ length: 64 }, () => 1);
  const dictionary = `${START}(${shape.join(", ")})}`.padEnd(10_000);
  expect(await parse(npyFile(dictionary, 2))).toMatchObject({ shape, dataOffset: 12 + 10_000 });
  await expect(parse(npyFile(`${dictionary} `, 2))).rejects.toThrow("10001 bytes, expected at most 10000");
});

describe("is refused, at its byte:", () => {
  it.each([
    ["nothing", Buffer.alloc(0), /empty/, 0],
    ["another format", Buffer.from("PK\x03\x04 and so on"), /begin as a .npy file/, 0],
    ["a magic that is wrong at its end", Buffer.from("\x93NUMPX\x01\x00", "latin1"), /begin as a .npy/, 5],
    ["a magic that ends early", Buffer.from("\x93NUM", "latin1"), /begin as a .npy/, 4],
    ["version 0", Buffer.from("\x93NUMPY\x00\x00\x00\x00", "latin1"), /version is 0\.0/, 6],
    ["version 4", Buffer.from("\x93NUMPY\x04\x00\x00\x00", "latin1"), /version is 4\.0/, 6],
    ["version 1.1", Buffer.from("\x93NUMPY\x01\x01\x00\x00", "latin1"), /version is 1\.1/, 6],
    ["no length", Buffer.from("\x93NUMPY\x01\x00\x76", "latin1"), /ends within its header/, 9],
    ["a header that ends early", npyFile(START, 1, 118), /ends within its header/, 10 + START.length],
    ["a header of 4 GiB", npyFile(START, 2, 2 ** 32 - 1), /claims to have 4294967295 bytes.*10000/, 8],
    ["no dictionary", npyFile("[1, 2]"), /not a Python dictionary/, 10],
    ["code", npyFile("{'descr': __import__('os').system('true')}"), /'descr' is no string/, 20],
    ["something else than Python", npyFile("{'descr': <f4}"), /plain values/, 20],
    ["a string with an escape", npyFile("{'descr': '\\x3cf4'}"), /plain values/, 20],
    ["an unclosed dictionary", npyFile("{'descr': '<f4', "), /something else than a key/, 27],
    ["an unclosed string", npyFile("{'descr': '<f4"), /plain values/, 20],
    ["a brace in quotes", npyFile("'{'"), /not a Python dictionary/, 10],
    ["a key without quotes", npyFile("{descr: '<f4'}"), /something else than a key/, 11],
    ["a missing key", npyFile("{'descr': '<f4', 'fortran_order': False}"), /no 'shape'/, 10],
    ["an unknown key", npyFile(`${START}(3,), 'offset': 4}`), /the key 'offset'/, 66],
    ["a key twice", npyFile(`${START}(3,), 'shape': (4,)}`), /'shape' twice/, 66],
    ["no comma", npyFile("{'descr': '<f4' 'shape': (3,)}"), /no comma after.*'descr'/, 26],
    ["no colon", npyFile("{'descr', '<f4'}"), /no colon/, 18],
    ["more behind the dictionary", npyFile(`${START}(3,)} {}`), /behind the dictionary/, 66],
    ["a space that is none of Python's at the end", npyFile(`${START}(3,)}\v`), /plain values/, 65],
    ["a space without a break", npyFile(`${START}(3,)} \u00a0`), /plain values/, 66],
    ["another fortran_order", npyFile("{'fortran_order': 0}"), /neither True nor False/, 28],
    ["True in quotes", npyFile("{'fortran_order': 'True'}"), /neither True nor False/, 28],
    ["None", npyFile("{'fortran_order': None}"), /neither True nor False/, 28],
    ["a shape that is a list", npyFile(`${START}[3]}`), /no tuple/, 60],
    ["a shape that is a number in brackets", npyFile(`${START}(3)}`), /no tuple/, 62],
    ["a shape of floats", npyFile(`${START}(3.0,)}`), /plain values|no tuple/, 62],
    ["a shape of strings", npyFile(`${START}('3',)}`), /no tuple/, 61],
    ["a negative dimension", npyFile(`${START}(2, -3)}`), /negative dimension -3/, 64],
    ["a dimension of 2^63", npyFile(`${START}(9223372036854775808,)}`), /dimension 9223372036854775808/, 61],
    ["2^63 elements", npyFile(`${START}(2147483648, 4294967296)}`), /beyond what a file/, 60],
    ["endless dimensions", npyFile(`${START}(${"1, ".repeat(200)})}`), /more than 64 dimensions/, 60],
    [
      "integers",
      fixture("int64.npy"),
      /dtype is '<i8', expected '<f2', '<f4', '<f8', '>f2', '>f4', '>f8'$/,
      20,
    ],
    ["complex numbers", fixture("complex64.npy"), /dtype is '<c8'/, 20],
    ["bools", fixture("bool.npy"), /dtype is '\|b1'/, 20],
    ["objects", fixture("object.npy"), /object.*never loaded/, 20],
    ["records", fixture("structured.npy"), /structured/, 20],
    ["objects in no byte order", npyFile("{'descr': 'O'}"), /object.*never loaded/, 20],
    ["no dtype, with an O in it", npyFile("{'descr': 'fO'}"), /dtype is 'fO'/, 20],
    ["no byte order", npyFile("{'descr': 'f4'}"), /dtype is 'f4'/, 20],
    ["a byte beyond ASCII", npyFile("{'descr': 'ä'}", 1), /dtype is 'ä'/, 20],
    ["bytes beyond ASCII", npyFile("{'descr': 'ä'}", 3), /dtype is 'ä'/, 22],
  ])("%s", async (_, bytes, message, offset) => {
    const error = await parse(bytes).then(
      () => undefined,
      (thrown) => thrown,
    );
    expect(error).toMatchObject({ name: "NpyError", offset });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("\n");
  });
});

it("asks for no more bytes than a header may have, whatever is claimed", async () => {
  const bytes = npyFile(START, 2, 2 ** 32 - 1);
  const read = readerOf(bytes);
  let most = 0;
  await readHeader((length) => {
    most = Math.max(most, length);
    return read(length);
  }).catch(() => {});
  expect(most).toBeLessThanOrEqual(10_000);
});

it("never throws anything else, whatever a header's bytes are", async () => {
  const whole = fixture("little-f4-C-v1.npy").subarray(0, 128);
  for (let at = 6; at < 128; at++) {
    for (const byte of [0, 1, 10, 0x27, 0x28, 0x2c, 0x2d, 0x39, 0x7b, 0x7d, 0xff]) {
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      try {
        await parse(bytes);
      } catch (error) {
        expect(error).toHaveProperty("name", "NpyError");
      }
    }
  }
});
