/**
 * The header of a .npy file: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 *
 * Magic, version, the length of the dictionary, and the dictionary as a Python literal. What is read is a file's own
 * claim: nothing here takes memory in proportion to it, and nothing but the three keys of the format is accepted.
 */
import { MOST_DIMENSIONS } from "../dimensions.js";
import { DTYPES, type Dtype } from "./dtype.js";
import { NpyError } from "./errors.js";

/** What an array in a file is. */
export interface NpyHeader {
  readonly dtype: Dtype;
  /** Whether the first dimension is the one that runs fastest, rather than the last. */
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

const MAGIC = [0x93, ..."NUMPY"].map((byte) => (typeof byte === "string" ? byte.charCodeAt(0) : byte));

/** NumPy's own limit (max_header_size of numpy.load): what is longer was not written by it for such an array. */
const LONGEST_DICTIONARY = 10_000;

/** The data begin at a multiple of this. */
const ALIGNMENT = 64;

/** Elements of an array of that shape. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The dimensions in the order of memory, slowest first. */
export function memoryShape({ shape, fortranOrder }: NpyHeader): readonly number[] {
  return fortranOrder ? [...shape].reverse() : shape;
}

/** A shape as Python writes it. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/** What precedes the data in a file that numpy.save would write. */
export function formatHeader({ dtype, fortranOrder, shape }: NpyHeader): Uint8Array {
  const order = fortranOrder ? "True" : "False";
  const text = `{'descr': '${dtype.descr}', 'fortran_order': ${order}, 'shape': ${formatShape(shape)}, }`;
  const before = MAGIC.length + 4;
  const total = Math.ceil((before + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const length = total - before;
  const padded = `${text.padEnd(length - 1)}\n`;
  return Uint8Array.of(...MAGIC, 1, 0, length & 0xff, length >> 8, ...Buffer.from(padded, "latin1"));
}

/** A header that was read, and where the data begin. */
export interface FoundHeader extends NpyHeader {
  readonly dataOffset: number;
}

/**
 * Reads a header.
 *
 * @param read gives the next so many bytes of the file, or as many as there are
 * @throws {NpyError} for what is no header, or of an array that cannot be used
 */
export async function readHeader(read: (length: number) => Promise<Uint8Array>): Promise<FoundHeader> {
  let offset = 0;
  const take = async (length: number): Promise<Uint8Array> => {
    const bytes = await read(length);
    offset += bytes.length;
    if (bytes.length < length) throw new NpyError("the file ends within its header", offset);
    return bytes;
  };
  const magic = await read(MAGIC.length);
  const wrong = MAGIC.findIndex((byte, i) => magic[i] !== byte);
  if (wrong >= 0) {
    const what = magic.length === 0 ? "the file is empty" : "it does not begin as a .npy file does";
    throw new NpyError(`${what}, expected the bytes 93 4e 55 4d 50 59`, Math.min(wrong, magic.length));
  }
  offset = magic.length;
  const [major, minor] = (await take(2)) as unknown as [number, number];
  if (major < 1 || major > 3 || minor !== 0) {
    const version = `its format version is ${major}.${minor}`;
    throw new NpyError(`${version}, expected 1.0, 2.0 or 3.0`, MAGIC.length);
  }
  const lengthAt = offset;
  const field = await take(major === 1 ? 2 : 4);
  const length = field.reduceRight((value, byte) => value * 256 + byte, 0);
  if (length > LONGEST_DICTIONARY) {
    const given = `its header claims to have ${length} bytes`;
    throw new NpyError(`${given}, expected at most ${LONGEST_DICTIONARY}, as NumPy does`, lengthAt);
  }
  const start = offset;
  const text = Buffer.from(await take(length));
  const header = parse(text.toString(major === 3 ? "utf8" : "latin1"), start);
  return { ...header, dataOffset: offset };
}

/** A piece of the dictionary's text. */
interface Token {
  readonly text: string;
  readonly kind: "string" | "name" | "number" | "sign" | "end";
  /** The byte of the file at which it begins. */
  readonly offset: number;
}

const KINDS = ["string", "string", "name", "number", "sign"] as const;

/** What Python takes for space between tokens; less than JavaScript's trim does. */
const SPACE = /[ \t\r\n\f]*/y;

/** Space, and then a string in either quotes, a name, a whole number (Python 2 wrote 3L), or punctuation. */
const TOKEN = /[ \t\r\n\f]*(?:'([^'"\\\n]*)'|"([^'"\\\n]*)"|([A-Za-z_]+)|(-?\d+)L?|([{}()[\]:,]))/y;

/** The text's tokens. Whatever is not ASCII is refused where it begins, so that characters before it are bytes. */
class Tokens {
  readonly #text: string;
  readonly #start: number;
  #at = 0;

  constructor(text: string, start: number) {
    this.#text = text;
    this.#start = start;
  }

  next(): Token {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) {
      SPACE.lastIndex = this.#at;
      SPACE.exec(this.#text);
      const offset = this.#start + SPACE.lastIndex;
      if (SPACE.lastIndex === this.#text.length) return { text: "", kind: "end", offset };
      throw new NpyError("its header is not a Python dictionary of plain values", offset);
    }
    const group = match.findIndex((part, i) => i > 0 && part !== undefined);
    const from = this.#at + match[0].length - match[0].trimStart().length;
    this.#at += match[0].length;
    return { text: match[group]!, kind: KINDS[group - 1]!, offset: this.#start + from };
  }

  peek(): Token {
    const at = this.#at;
    const token = this.next();
    this.#at = at;
    return token;
  }

  /** Takes the sign `text`, or throws with `message`. */
  expect(text: string, message: string): void {
    const token = this.next();
    if (!isSign(token, text)) throw new NpyError(message, token.offset);
  }

  /** Takes the sign `text` if it comes next. */
  skip(text: string): boolean {
    const found = isSign(this.peek(), text);
    if (found) this.next();
    return found;
  }
}

function isSign({ kind, text }: Token, sign: string): boolean {
  return kind === "sign" && text === sign;
}

const READERS = { descr: readDtype, fortran_order: readOrder, shape: readShape };

function isKey(text: string): text is keyof typeof READERS {
  return Object.hasOwn(READERS, text);
}

function parse(text: string, start: number): NpyHeader {
  const tokens = new Tokens(text, start);
  const found = new Map<string, { value: unknown; offset: number }>();
  tokens.expect("{", "its header is not a Python dictionary");
  while (!tokens.skip("}")) {
    const key = tokens.next();
    if (key.kind !== "string" || !isKey(key.text)) {
      const what = key.kind === "string" ? `has the key '${key.text}'` : "has something else than a key";
      throw new NpyError(`its header ${what}, expected 'descr', 'fortran_order' or 'shape'`, key.offset);
    }
    if (found.has(key.text)) throw new NpyError(`its header has '${key.text}' twice`, key.offset);
    tokens.expect(":", `its header has no colon after '${key.text}'`);
    const { offset } = tokens.peek();
    found.set(key.text, { value: READERS[key.text](tokens), offset });
    if (isSign(tokens.peek(), "}")) continue;
    tokens.expect(",", `its header has no comma after the value of '${key.text}'`);
  }
  const rest = tokens.next();
  if (rest.kind !== "end") throw new NpyError("its header goes on behind the dictionary", rest.offset);
  for (const key of Object.keys(READERS)) {
    if (!found.has(key)) throw new NpyError(`its header has no '${key}'`, start);
  }
  const header = {
    dtype: found.get("descr")!.value as Dtype,
    fortranOrder: found.get("fortran_order")!.value as boolean,
    shape: found.get("shape")!.value as readonly number[],
  };
  if (!Number.isSafeInteger(elementCount(header.shape) * header.dtype.itemsize)) {
    const what = `shape ${formatShape(header.shape)} is beyond what a file can have`;
    throw new NpyError(what, found.get("shape")!.offset);
  }
  return header;
}

function readDtype(tokens: Tokens): Dtype {
  const token = tokens.next();
  const dtype = token.kind === "string" ? DTYPES.find(({ descr }) => descr === token.text) : undefined;
  if (dtype !== undefined) return dtype;
  const expected = `expected ${DTYPES.map(({ descr }) => `'${descr}'`).join(", ")}`;
  const fail = (what: string): never => {
    throw new NpyError(`${what}, ${expected}`, token.offset);
  };
  if (isSign(token, "[")) return fail("its dtype is structured (records with named fields)");
  if (token.kind !== "string") return fail("its 'descr' is no string");
  if (/^[|<>=]?O/.test(token.text)) return fail("its dtype is object (pickled Python objects, never loaded)");
  return fail(`its dtype is '${token.text}'`);
}

function readOrder(tokens: Tokens): boolean {
  const { text, kind, offset } = tokens.next();
  if (kind === "name" && (text === "True" || text === "False")) return text === "True";
  throw new NpyError("its 'fortran_order' is neither True nor False", offset);
}

function readShape(tokens: Tokens): number[] {
  const { offset } = tokens.peek();
  const notATuple = "its 'shape' is no tuple of whole numbers";
  tokens.expect("(", notATuple);
  const shape: number[] = [];
  while (!tokens.skip(")")) {
    const token = tokens.next();
    if (token.kind !== "number") throw new NpyError(notATuple, token.offset);
    const size = Number(token.text);
    if (token.text.startsWith("-")) {
      throw new NpyError(`its 'shape' has the negative dimension ${token.text}`, token.offset);
    }
    if (!Number.isSafeInteger(size)) {
      throw new NpyError(
        `its 'shape' has the dimension ${token.text}, beyond what a file can have`,
        token.offset,
      );
    }
    shape.push(size);
    if (shape.length > MOST_DIMENSIONS) {
      throw new NpyError(`its 'shape' has more than ${MOST_DIMENSIONS} dimensions`, offset);
    }
    // One dimension is written (3,): without the comma it would be no tuple.
    if (shape.length > 1 && isSign(tokens.peek(), ")")) continue;
    tokens.expect(",", notATuple);
  }
  return shape;
}
