/**
 * The target of the fuzz tests of the .npy reader: a file's bytes. What is read must be what another reader, which goes
 * by Python's own grammar for such a literal, makes of it; what is not is refused with an NpyError at a byte of the file.
 */
import { DTYPES } from "../../ts/npy/dtype.js";
import { NpyError } from "../../ts/npy/errors.js";
import { elementCount, type FoundHeader, formatHeader, readHeader } from "../../ts/npy/header.js";
import { npyFile, readerOf } from "../support/command.js";

export const done = { read: 0, refused: 0 };

/** The header's dictionary as JSON has it: a Python literal of strings, booleans, whole numbers and tuples. */
function modelOf(bytes: Uint8Array, { dataOffset }: FoundHeader): Record<string, unknown> {
  const start = bytes[6] === 1 ? 10 : 12;
  const text = Buffer.from(bytes.subarray(start, dataOffset)).toString(bytes[6] === 3 ? "utf8" : "latin1");
  const json = text
    .replaceAll("'", '"')
    .replace(/\bTrue\b/g, "true")
    .replace(/\bFalse\b/g, "false")
    .replace(/\(/g, "[")
    .replace(/\)/g, "]")
    .replace(/(\d)L\b/g, "$1")
    // Numbers that JSON writes otherwise.
    .replace(/(?<![\w"<>.])0+(?=\d)/g, "")
    // The comma that ends a tuple or a dictionary.
    .replace(/,(\s*[\]}])/g, "$1")
    .replace(/\f/g, " ");
  return JSON.parse(json);
}

/** Whatever a file claims, no more is asked for than a header may have. */
function expectFew(asked: number): void {
  if (asked > 10_012) throw new Error(`it asks for ${asked} bytes`);
}

/**
 * {@link readNpy} of what an input says: a first byte that is odd, and a file; or one that is even, and the dictionary
 * of a file that is right before it, since a file whose length is wrong goes no further.
 */
export async function readInput(input: Uint8Array): Promise<void> {
  const [first = 0] = input;
  const rest = input.subarray(1);
  if (first % 2 === 1) return readNpy(rest);
  const version = (1 + ((first >> 1) % 3)) as 1 | 2 | 3;
  return readNpy(npyFile(Buffer.from(rest).toString(version === 3 ? "utf8" : "latin1"), version));
}

/** Reads a header, and says whether that is right. */
async function readNpy(bytes: Uint8Array): Promise<void> {
  let asked = 0;
  const read = readerOf(bytes);
  let found: FoundHeader;
  try {
    found = await readHeader((length) => {
      asked += length;
      return read(length);
    });
  } catch (error) {
    done.refused++;
    expectFew(asked);
    if (!(error instanceof NpyError)) throw error;
    const { offset, message } = error;
    if (!(Number.isInteger(offset) && offset >= 0 && offset <= bytes.length)) {
      throw new Error(`the error is at byte ${offset} of ${bytes.length}: ${message}`);
    }
    if (message.includes("\n") || /undefined|NaN|\[object/.test(message)) {
      throw new Error(`the message is ${JSON.stringify(message)}`);
    }
    return;
  }
  done.read++;
  expectFew(asked);
  const { dtype, fortranOrder, shape, dataOffset } = found;
  const model = modelOf(bytes, found);
  const same = { descr: dtype.descr, fortran_order: fortranOrder, shape };
  const order = (value: Record<string, unknown>) => JSON.stringify(Object.entries(value).sort());
  if (order(model) !== order(same)) throw new Error(`${order(same)} is read, the model has ${order(model)}`);
  if (!DTYPES.includes(dtype)) throw new Error(`its dtype is ${dtype.descr}`);
  if (!Number.isSafeInteger(elementCount(shape) * dtype.itemsize)) throw new Error(`its shape is ${shape}`);
  if (dataOffset > bytes.length) throw new Error(`its data begin at byte ${dataOffset} of ${bytes.length}`);
  // What is written of it is read as the same.
  const again = await readHeader(readerOf(formatHeader(found)));
  if (order({ ...again, dataOffset }) !== order({ ...found }))
    throw new Error("what is written is read otherwise");
}
