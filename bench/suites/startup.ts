/** What a program pays before its first result: processes of their own, taking turns. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Row, Suite } from "../rows.js";
import { ROOT } from "../shipped.js";

const EMPTY = "an empty program";

export const startup: Suite = {
  description: "importing the package and one call, over an empty program, in processes of their own",
  *groups() {
    const call = "forward(Float32Array.of(1), { beta: 1.7 })[0]";
    const print = `process.stdout.write(String(${call}))`;
    const more = { against: EMPTY };
    yield {
      title: "One process, from its start to its end",
      unit: "ms",
      rows: [
        row(EMPTY, "module", "", ""),
        row("import alone", "module", 'import "./dist/index.js"', "", more),
        row(
          "import and first call",
          "module",
          `import { forward } from "./dist/index.js"; ${print}`,
          ANSWER,
          {
            ...more,
            bars: [{ time: 5, above: EMPTY }],
          },
        ),
        row(
          "require and first call",
          "commonjs",
          `const { forward } = require("./dist/index.cjs"); ${print}`,
          ANSWER,
          more,
        ),
      ],
    };
  },
};

/** SAU(1; 0.15, 1.7), to the digits that every tier has. */
const ANSWER = "1.009";

/** A process that runs `code`, and prints what starts with `answer`. Times in milliseconds. */
function row(
  name: string,
  type: "module" | "commonjs",
  code: string,
  answer: string,
  more: Partial<Row> = {},
): Row {
  const args = [`--input-type=${type}`, "--eval", code];
  const run = () => spawnSync(process.execPath, args, { cwd: fileURLToPath(ROOT), encoding: "utf8" });
  return {
    name,
    elements: 1e6, // nanoseconds a millisecond
    run,
    check() {
      const { status, stdout, stderr } = run();
      if (status !== 0) throw new Error(`Exit status ${status}: ${stderr.trim()}`);
      if (!stdout.startsWith(answer)) throw new Error(`It printed "${stdout}", expected "${answer}...".`);
    },
    ...more,
  };
}
