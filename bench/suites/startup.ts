/** What a program pays before its first result: processes of their own, taking turns. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expectedForward, TOLERANCE, WIDE } from "../data.js";
import type { Row, Suite } from "../rows.js";
import { ROOT } from "../shipped.js";

const EMPTY = "an empty program";

/** Asks `forward` for one value, and fails where it is wrong; printing it would cost as much as the package. */
const [ANSWER] = expectedForward(Float32Array.of(1), WIDE);
const CALL = `
if (!(Math.abs(forward(Float32Array.of(1), { beta: ${WIDE} })[0] - ${ANSWER}) < ${TOLERANCE})) process.exitCode = 1;`;

export const startup: Suite = {
  description: "importing the package and one call, over an empty program, in processes of their own",
  *groups() {
    const against = EMPTY;
    yield {
      title: "One process, from its start to its end",
      unit: "ms",
      rows: [
        row(EMPTY, "module", ""),
        row("import alone", "module", 'import "./dist/index.js";', { against }),
        row("import and first call", "module", `import { forward } from "./dist/index.js";${CALL}`, {
          against,
          bars: [{ time: 5, above: EMPTY }],
        }),
        row("require and first call", "commonjs", `const { forward } = require("./dist/index.cjs");${CALL}`, {
          against,
        }),
      ],
    };
  },
};

/** A process that runs `code`. Times in milliseconds. */
function row(name: string, type: "module" | "commonjs", code: string, more: Partial<Row> = {}): Row {
  const args = [`--input-type=${type}`, "--eval", code];
  const run = () => spawnSync(process.execPath, args, { cwd: fileURLToPath(ROOT), encoding: "utf8" });
  return {
    name,
    elements: 1e6, // nanoseconds a millisecond
    run,
    check() {
      const { status, stderr } = run();
      if (status !== 0) throw new Error(`Exit status ${status}: ${stderr.trim() || "the answer was wrong"}`);
    },
    ...more,
  };
}
