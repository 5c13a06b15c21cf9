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
 * Milliseconds for the first stage of the core, which takes about 2,500, and for a unit test of other areas, which
 * takes up to 2,000, on a busy machine three times that. How long those of the core may take is Stryker's to say.
 */
const MOST_TIME = {
  published: 25_000,
  npy: 30_000,
  onnx: 60_000,
  threads: 15_000,
  cli: 30_000,
  "tfjs/training": 60_000,
  tfjs: 60_000,
} as const;

/**
 * Ends the process where `act` takes longer, from its start or from when it last said that it goes on: what waits for
 * ever, as many mutants of threads do, is not waited for as long as Stryker would.
 */
async function within(time: number, act: (goesOn: () => void) => Promise<unknown>): Promise<void> {
  const watch = new Worker(
    `const timer = setTimeout(() => process.kill(process.pid, "SIGKILL"), ${time});
    require("node:worker_threads").parentPort.on("message", () => timer.refresh());`,
    { eval: true },
  );
  await act(() => watch.postMessage("goes on"));
  await watch.terminate();
}

/** The user without rights, as systems number him. */
const NOBODY = 65534;

/** Takes root's rights from this process: a mutant of the command that writes over devices would replace /dev/null. */
function dropRights(): void {
  if (process.getuid?.() !== 0) return;
  process.setgroups!([]);
  process.setgid!(NOBODY);
  process.setuid!(NOBODY);
}

/** No mutant where Stryker asks whether the tests pass without one. */
const { __STRYKER_ACTIVE_MUTANT__: mutant = "" } = process.env;
const file = FILE_OF[mutant];
const mutated = file === undefined ? Object.values(FILE_OF) : [file];
for (const area of new Set(mutated.map(areaOf))) {
  const test = async (goesOn?: () => void): Promise<void> =>
    (await import("./unit-tests.js")).runUnitTests(area, file, goesOn);
  if (area === "core") {
    await within(MOST_TIME.published, () => import("./published.js"));
    await test();
  } else {
    if (area === "cli") dropRights();
    await within(MOST_TIME[area], test);
  }
}
