/** Files of results: one line of JSON a run, appended when the run is done, so that what is done is kept. */
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, truncateSync } from "node:fs";
import { keyOf, type Run } from "./settings.js";

/** How a run stood at some step. */
export interface Check {
  readonly step: number;
  /** Mean over the batches since the check before. */
  readonly trainLoss: number;
  readonly testLoss: number;
  /** Share of the test images whose class had the highest score. */
  readonly testAccuracy: number;
}

export interface RunResult extends Run {
  /** How many numbers were trained. */
  readonly parameters: number;
  readonly checks: readonly Check[];
  /** Median over the run of a step's processor time, which other programs on the machine do not add to. */
  readonly stepMilliseconds: number;
  /** Of each layer with trained alphas, from the first. */
  readonly alphas: readonly { readonly least: number; readonly mean: number; readonly most: number }[];
}

/** A result as the file has it: with where it was computed. */
export interface Recorded extends RunResult {
  readonly on: {
    readonly node: string;
    readonly tfjs: string;
    readonly backend: string;
    readonly processor: string;
  };
}

/** A file that cannot be read or written, or a line of it that cannot be used. */
export class ResultsError extends Error {
  override readonly name = "ResultsError";
}

/**
 * Makes `file` where there is none, so that one that cannot be written is found before hours of work, not after.
 *
 * @throws {ResultsError} where it cannot be written
 */
export function openResults(file: string): void {
  try {
    closeSync(openSync(file, "a"));
  } catch (error) {
    throw unusable(file, "written", error);
  }
}

/**
 * The results in `file`. Of a run that is there twice, the last counts. A last line without an end was being written
 * when the program was stopped: it is left out.
 *
 * @throws {ResultsError} for a file that cannot be read, and naming a line that is no result
 */
export function readResults(file: string): Recorded[] {
  const lines = read(file).split("\n");
  lines.pop(); // what follows the last end of a line: nothing, or a line that has none
  const byKey = new Map<string, Recorded>();
  lines.forEach((line, index) => {
    const result = parse(line, `${file}:${index + 1}`);
    byKey.set(keyOf(result), result);
  });
  return [...byKey.values()];
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw unusable(file, "read", error);
  }
}

function unusable(file: string, verb: "read" | "written", error: unknown): ResultsError {
  return new ResultsError(`${file} cannot be ${verb} (${(error as NodeJS.ErrnoException).code})`, {
    cause: error,
  });
}

/**
 * Expects all results to be those of one backend: the times of others do not compare, and neither do the last bits.
 *
 * @throws {ResultsError} naming the backend that another result has
 */
export function checkBackend(results: readonly Recorded[], backend: string, where: string): void {
  const other = results.find(({ on }) => on.backend !== backend);
  if (other === undefined) return;
  throw new ResultsError(
    `${where} has results of the ${other.on.backend} backend, expected ${backend}: each has a file of its own`,
  );
}

/** Appends a result to `file`, which is made where there is none; after a line without an end, on a new one. */
export function appendResult(file: string, result: Recorded): void {
  const before = existsSync(file) ? readFileSync(file, "utf8") : "";
  const cut = before.lastIndexOf("\n") + 1;
  if (cut < before.length) truncateSync(file, Buffer.byteLength(before.slice(0, cut)));
  appendFileSync(file, serialise([result]));
}

/** A line a result. */
export function serialise(results: readonly Recorded[]): string {
  return results.map((result) => `${JSON.stringify(result, rounded)}\n`).join("");
}

/** No more digits than mean something. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}

function parse(line: string, place: string): Recorded {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new ResultsError(`${place} is no JSON: ${(error as Error).message}`, { cause: error });
  }
  const { data, net, activation, seed, schedule, checks, on } = (value ?? {}) as Partial<Recorded>;
  const isResult =
    [data, net, activation].every((text) => typeof text === "string") &&
    typeof seed === "number" &&
    typeof schedule === "object" &&
    Array.isArray(checks) &&
    checks.length > 0 &&
    typeof on?.backend === "string";
  if (!isResult) throw new ResultsError(`${place} is no result of a run: ${line.slice(0, 80)}`);
  return value as Recorded;
}
