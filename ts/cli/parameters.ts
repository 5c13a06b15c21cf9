/** --alpha, --beta, --bias and --channel-axis: what is on the command line, as parameters of an array in memory order. */
import { formatShape, memoryShape, type NpyHeader } from "../npy/header.js";
import { checkValue, type SauParams } from "../params.js";
import { ArrayInput } from "./array-file.js";
import { FileError, UsageError } from "./errors.js";
import type { ArrayOptions } from "./options.js";

const NAMES = ["alpha", "beta", "bias"] as const;

type Name = (typeof NAMES)[number];

/** How a VALUE ends that is a file. */
const FILE = ".npy";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Values a channel that a file may have: a bound for what is read before the array itself. */
const MOST_VALUES = 2 ** 21;

/**
 * The parameters for the array of that header.
 *
 * @throws {UsageError} for what is no value, or an axis that the array does not have
 * @throws {FileError} for a file that cannot be used
 */
export async function readParameters(options: ArrayOptions, header: NpyHeader): Promise<SauParams> {
  const given: { -readonly [Name in keyof SauParams]: SauParams[Name] } = {};
  for (const name of NAMES) {
    const text = options[name];
    if (text !== undefined) given[name] = await readParameter(name, text);
  }
  const isPerChannel = NAMES.some((name) => typeof given[name] === "object");
  const { channelAxis } = options;
  if (channelAxis !== undefined) {
    given.shape = memoryShape(header);
    given.channelAxis = memoryAxis(channelAxis, header);
  } else if (isPerChannel) {
    throw new UsageError(
      `--channel-axis is missing, which values a channel need; the array's shape is ${formatShape(header.shape)}`,
    );
  }
  return given;
}

/** The axis of {@link memoryShape} that an axis of the array is. */
function memoryAxis(axis: number, { shape, fortranOrder }: NpyHeader): number {
  const rank = shape.length;
  if (axis < -rank || axis >= rank) {
    const expected = rank === 0 ? "none, since the array has no axis" : `${-rank} to ${rank - 1}`;
    throw new UsageError(`--channel-axis is ${axis}, expected ${expected} (shape ${formatShape(shape)})`);
  }
  const fromStart = axis < 0 ? axis + rank : axis;
  return fortranOrder ? rank - 1 - fromStart : fromStart;
}

/**
 * A parameter of the command line: a number, or one value a channel.
 *
 * @throws {UsageError} for what is neither, {FileError} for a file that cannot be used
 */
export async function readParameter(name: Name, text: string): Promise<number | Float32Array> {
  const parts = text.split(",").map((part) => part.trim());
  if (parts.every((part) => NUMBER.test(part))) {
    const numbers = parts.map(Number);
    if (numbers.length === 1) return numbers[0]!;
    checkValues(name, numbers, (what) => new UsageError(what));
    return Float32Array.from(numbers);
  }
  if (text.endsWith(FILE)) return readValues(name, text);
  throw new UsageError(
    `--${name} is "${text}", expected a number, numbers with commas between them, or a .npy file`,
  );
}

/** The values of a small file: a number if it has no dimension. */
async function readValues(name: Name, path: string): Promise<number | Float32Array> {
  const file = await ArrayInput.open(path);
  const { shape, dtype, dataOffset } = file.header;
  if (shape.length > 1 || file.length > MOST_VALUES) {
    const what = `its shape is ${formatShape(shape)}, expected one dimension of at most ${MOST_VALUES} values`;
    throw new FileError(path, what);
  }
  const values = new Float32Array(file.length);
  const codec = file.codec(values);
  await file.read(codec, file.length);
  await file.finish();
  checkValues(name, codec.decode(file.length), (what, i) => {
    return new FileError(path, what, dataOffset + i * dtype.itemsize);
  });
  return shape.length === 0 ? values[0]! : values;
}

/** Checks values before they are rounded to float32, so that messages have them as they were given. */
function checkValues(
  name: Name,
  values: ArrayLike<number>,
  toError: (what: string, i: number) => Error,
): void {
  for (let i = 0; i < values.length; i++) {
    try {
      checkValue(name, values[i]!, `[${i}]`);
    } catch (error) {
      throw toError(sentence(error), i);
    }
  }
}

/** What the package says, as the command says it. */
function sentence(error: unknown): string {
  return (error as Error).message.replace(/\.$/, "");
}

/** What the package throws for parameters, as an error of the file that one came from, or of the command line. */
export function inParameters(
  error: unknown,
  options: Pick<ArrayOptions, "channelAxis"> & Partial<Pick<ArrayOptions, Name>>,
): Error {
  const what = sentence(error)
    .replace(/^channelAxis/, "--channel-axis")
    .replace("shape[channelAxis]", `--channel-axis ${options.channelAxis}`);
  const name = NAMES.find((each) => what.startsWith(`${each} `));
  const file = name && options[name];
  return file?.endsWith(FILE) ? new FileError(file, what) : new UsageError(what);
}
