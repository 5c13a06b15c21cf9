/**
 * What a mutant has to pass, in one process that starts within a moment: of the core what is published, and what that
 * lets live the unit tests; of another area its unit tests. Ends with 1 where one fails. With no mutant, all that the
 * areas with mutants need.
 */
import { Worker } from "node:worker_threads";
import { areaOf } from "./areas.js";

/** The files of the mutants, by their numbers (build.ts). */
declare const FILE_OF: Readonly<Record<string, string>>;

/**
 * Milliseconds for the first stage of the core, which takes about 2,500, and for the unit tests of other areas, which
 * take from 5 to 60 seconds on a busy machine. How long those of the core may take is Stryker's to say.
 */
const MOST_TIME = {
  published: 25_000,
  npy: 30_000,
  onnx: 60_000,
  threads: 240_000,
  cli: 240_000,
  tfjs: 90_000,
} as const;

/** Ends the process where `act` takes longer: a loop that does not end is not waited for as long as Stryker would. */
async function within(time: number, act: () => Promise<unknown>): Promise<void> {
  const watch = new Worker(`setTimeout(() => process.kill(process.pid, "SIGKILL"), ${time})`, { eval: true });
  await act();
  await watch.terminate();
}

/** No mutant where Stryker asks whether the tests pass without one. */
const { __STRYKER_ACTIVE_MUTANT__: mutant = "" } = process.env;
const file = FILE_OF[mutant];
const mutated = file === undefined ? Object.values(FILE_OF) : [file];
for (const area of new Set(mutated.map(areaOf))) {
  const test = async (): Promise<void> => (await import("./unit-tests.js")).runUnitTests(area);
  if (area === "core") {
    await within(MOST_TIME.published, () => import("./published.js"));
    await test();
  } else {
    await within(MOST_TIME[area], test);
  }
}
