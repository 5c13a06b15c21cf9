import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync } from "node:zlib";

/** Bytes with a shape: what an IDX file of unsigned bytes holds. */
export interface IdxBytes {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/** How a file that gzip has packed begins; no IDX file does. */
const GZIP_MAGIC = 0x1f8b;

/**
 * Reads an IDX file of unsigned bytes: two zero bytes, the kind of number, the count of
 * dimensions, each dimension as a big-endian uint32, then the numbers, last dimension fastest.
 * The file may be packed by gzip.
 *
 * @throws Error when the file is not such a file, has another shape than `expected`
 * (-1 stands for any size), or is shorter or longer than its header says.
 */
export function readIdx(path: string, expected: readonly number[]): IdxBytes {
  const fail = (problem: string): never => {
    throw new Error(`${basename(path)} is not the IDX file expected: ${problem}`);
  };
  const bytes = unpacked(readFileSync(path), fail);

  const headerLength = 4 + 4 * expected.length;
  if (bytes.length < headerLength) {
    fail(`${bytes.length} bytes are too few for a header of ${headerLength}`);
  }
  const magic = bytes.readUInt32BE(0);
  const expectedMagic = (UNSIGNED_BYTE << 8) | expected.length;
  if (magic !== expectedMagic) {
    fail(`its magic number is ${hex(magic)}, not ${hex(expectedMagic)}`);
  }

  const shape = expected.map((_, axis) => bytes.readUInt32BE(4 + 4 * axis));
  if (expected.some((size, axis) => size !== -1 && size !== shape[axis])) {
    const wanted = expected.map((size) => (size === -1 ? "any" : size)).join(" x ");
    fail(`its shape is ${shape.join(" x ")}, not ${wanted}`);
  }
  const data = bytes.subarray(headerLength);
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.length !== count) {
    fail(`its shape ${shape.join(" x ")} needs ${count} bytes of data, it has ${data.length}`);
  }
  return { shape, data };
}

function unpacked(bytes: Buffer, fail: (problem: string) => never): Buffer {
  if (bytes.length < 2 || bytes.readUInt16BE(0) !== GZIP_MAGIC) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    return fail(`it begins as gzip's files do, and cannot be unpacked: ${(error as Error).message}`);
  }
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, "0")}`;
}
