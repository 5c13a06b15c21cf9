/**
 * What a mutant has to pass, in one process that starts within a moment: of the core what is published, and what that
 * lets live the unit tests; of another area its unit tests. Ends with 1 where one fails. With no mutant, all of them.
 */
import { Worker } from "node:worker_threads";
import { AREAS, areaOf } from "./areas.js";

/** The files of the mutants, by their numbers (build.ts). */
declare const FILE_OF: Readonly<Record<string, string>>;

/** Milliseconds for a stage that takes about 2,500, and for unit tests that take 8,000 at most on a busy machine. */
const MOST_TIME = { published: 25_000, tests: 60_000 } as const;

/** Ends the process where `act` takes longer: a loop that does not end is not waited for as long as Stryker would. */
async function within(time: number, act: () => Promise<unknown>): Promise<void> {
  const watch = new Worker(`setTimeout(() => process.kill(process.pid, "SIGKILL"), ${time})`, { eval: true });
  await act();
  await watch.terminate();
}

/** No mutant where Stryker asks whether the tests pass without one. */
const { __STRYKER_ACTIVE_MUTANT__: mutant = "" } = process.env;
const file = FILE_OF[mutant];
for (const area of file === undefined ? AREAS : [areaOf(file)]) {
  const test = async (): Promise<void> => (await import("./unit-tests.js")).runUnitTests(area);
  if (area === "core") {
    await within(MOST_TIME.published, () => import("./published.js"));
    await test();
  } else {
    await within(MOST_TIME.tests, test);
  }
}
