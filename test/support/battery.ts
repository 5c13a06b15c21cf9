/**
 * The battery whose results' bits are published, as one hash: calls with numbers and with one value a channel, with a
 * bias and without, of values around the kink, of every exponent and special ones, of lengths around a group of 24
 * elements and a tile of 49,152, of few channels and of more than a table holds. The same in every host, and quick enough for an interpreter.
 */
import { type Case, channelCase, numberCase, type Results } from "./cases.js";
import { ResultsHash } from "./hash.js";
import { Random } from "./random.js";

export const SEED = 2109;

const LENGTHS = [0, 1, 3, 23, 24, 25, 48, 101, 384, 1000];
const TILE = 49_152;
const SHAPES: readonly (readonly [shape: readonly number[], channelAxis: number])[] = [
  [[11, 7], 1],
  [[2, 3, 64], -1],
  [[5, 33], 0],
  [[2, 7, 3, 2], -3],
  [[9, 1, 5], 1],
  [[3, 1025], 0],
  [[2, 1100], 1],
  [[2, 2, 1031], 1],
  [[0, 3], 1],
];

/** More elements than a tile, which then begins within a row; more channels than a table has room for. */
const LARGE: typeof SHAPES = [
  [[7100, 7], 1],
  [[2, 5000], 1],
];

/** The calls. */
function* battery(): Generator<Case> {
  const random = new Random(SEED);
  for (const values of ["finite", "special"] as const) {
    for (const length of LENGTHS) for (let k = 0; k < 4; k++) yield numberCase(length, values, random);
    for (const [shape, axis] of SHAPES) yield channelCase(shape, axis, values, random);
  }
  for (const length of [TILE - 1, TILE, TILE + 1]) yield numberCase(length, "finite", random);
  for (const [shape, axis] of LARGE) yield channelCase(shape, axis, "finite", random);
}

function addResults(hash: ResultsHash, { singles, doubles }: Results): void {
  for (const name of Object.keys(singles)) {
    hash.addText(name);
    hash.addSingles(singles[name]!);
  }
  for (const name of Object.keys(doubles)) {
    hash.addText(name);
    hash.addDouble(doubles[name]!);
  }
}

/** The hash of what `evaluate` gives for every call. */
export function batteryHash(evaluate: (call: Case) => Results): string {
  const hash = new ResultsHash();
  for (const call of battery()) addResults(hash, evaluate(call));
  return hash.digits;
}

/** The same of promises. */
export async function poolBatteryHash(evaluate: (call: Case) => Promise<Results>): Promise<string> {
  const hash = new ResultsHash();
  for (const call of battery()) addResults(hash, await evaluate(call));
  return hash.digits;
}
