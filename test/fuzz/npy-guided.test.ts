/** Promise: as npy-target.ts has it, for files that a coverage-guided fuzzer makes. */
import { expect, it } from "vitest";
import { callsOf } from "../support/fuzz-budget.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";
import { fuzz } from "./guided.js";

const HEADER = "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }\n";

/** What headers are made of, and what they are not. */
const WORDS = [
  ..."descr fortran_order shape True False '<f2' '>f8' '|O' (1,) () [( 9007199254740993 -1 0L 00".split(" "),
  '"',
  "\\",
  "\u00e4",
];

it("the .npy reader, given what coverage leads to", async () => {
  const report = await fuzz({
    load: async () => {
      const { readInput } = await import("./npy-target.js");
      const { npyFile } = await import("../support/command.js");
      return {
        target: readInput,
        inputs: callsOf("npyGuided"),
        corpus: [
          ...[0, 2, 4].map((version) => Buffer.from([version, ...Buffer.from(HEADER)])),
          ...([1, 2, 3] as const).map((version) => Buffer.from([1, ...npyFile(HEADER, version)])),
        ],
        dictionary: WORDS.map((word) => Buffer.from(word, "latin1")),
      };
    },
    random: new Random(runSeed, 2),
    counts: (url) => /\/ts\/npy\/header/.test(url),
  });
  const { done } = await import("./npy-target.js");
  console.log(`${JSON.stringify({ ...report, ...done })}; ${howToRepeat}`);
  expect(report.kept).toBeGreaterThan(10);
  // Nearly every change of a header makes it one of nothing; npy.test.ts has those that are read.
  expect(done.read).toBeGreaterThan(report.inputs / 200);
  expect(done.refused).toBeGreaterThan(report.inputs / 4);
});
