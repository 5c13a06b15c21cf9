/**
 * Promise: numpy reads what the command writes, and the command what numpy writes: every dtype, byte order, memory
 * order and version.
 *
 * Runs where there is a numpy; with SAU_TEST_PYTHON, which names a Python that has one, it has to.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../../scripts/wasm/tiers.js";
import { runCommand, temporaryFolder } from "../support/command.js";

const required = process.env.SAU_TEST_PYTHON;
const python = required ?? "python3";
const hasNumpy = spawnSync(python, ["-c", "import numpy"]).status === 0;
const folder = temporaryFolder();

function numpy(step: "write" | "check"): string {
  const script = join(ROOT, "test", "cli", "numpy_round_trip.py");
  return execFileSync(python, ["-W", "ignore", script, step, folder], { encoding: "utf8" });
}

interface Asked {
  readonly alpha: string;
  readonly beta: number;
  readonly cases: readonly { readonly name: string; readonly axis: number }[];
}

it.runIf(hasNumpy || required !== undefined)("numpy and the command read each other's files", () => {
  const { alpha, beta, cases } = JSON.parse(numpy("write")) as Asked;
  for (const { name, axis } of cases) {
    const file = (kind: string): string => join(folder, `${name}.${kind}.npy`);
    const parameters = ["--alpha", join(folder, alpha), "--beta", `${beta}`, "--channel-axis", `${axis}`];
    const forward = runCommand(["forward", file("x"), file("y"), ...parameters]);
    expect({ name, ...forward, stdout: "" }).toEqual({ name, status: 0, stdout: "", stderr: "" });
    const backward = runCommand([
      "backward",
      file("x"),
      file("dy"),
      "--dx",
      file("dx"),
      "--json",
      ...parameters,
    ]);
    expect(backward).toMatchObject({ status: 0, stderr: "" });
    writeFileSync(join(folder, `${name}.json`), backward.stdout);
  }
  expect(cases.length).toBe(7 * 6 * 2);
  expect(numpy("check")).toBe("ok\n");
});
