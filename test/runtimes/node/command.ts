/** The command as npm installs it: by its name, which runs whatever `node` is found first. */
import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { DTYPES } from "../../../ts/npy/dtype.js";
import { formatHeader } from "../../../ts/npy/header.js";
import type { Failure } from "../row.js";
import { output } from "../ways.js";

/** A float32 file of numpy's. */
function fileOf(...values: number[]): Buffer {
  const dtype = DTYPES.find(({ descr }) => descr === "<f4")!;
  const header = formatHeader({ dtype, fortranOrder: false, shape: [values.length] });
  return Buffer.concat([header, new Uint8Array(Float32Array.from(values).buffer)]);
}

/** What fails of `sau-simd` in the project, under the Node at `node`. */
export async function failedCommand(runtime: string, node: string, project: string): Promise<Failure[]> {
  const path = `${dirname(node)}${delimiter}${process.env.PATH}`;
  const run = (...args: string[]): Promise<string> =>
    output(join(project, "node_modules/.bin/sau-simd"), args, {
      cwd: project,
      env: { ...process.env, PATH: path },
    });
  const checks: Record<string, () => Promise<string | undefined>> = {
    async "--version"() {
      const manifest = join(project, "node_modules/sau-simd/package.json");
      const { version } = JSON.parse(readFileSync(manifest, "utf8"));
      const printed = (await run("--version")).trim();
      return printed === version ? undefined : `It prints ${printed}, expected ${version}.`;
    },
    async forward() {
      writeFileSync(join(project, "x.npy"), fileOf(-1e6, 1e6));
      await run("forward", "x.npy", "y.npy", "--alpha", "0.5");
      const [written, expected] = [readFileSync(join(project, "y.npy")), fileOf(-5e5, 1e6)];
      return written.equals(expected) ? undefined : `It writes ${written.toString("latin1")}`;
    },
  };
  const failures: Failure[] = [];
  for (const [name, check] of Object.entries(checks)) {
    const error = await check().catch((thrown: Error) => thrown.message);
    if (error !== undefined) failures.push({ runtime, way: `the command, ${name}`, error });
  }
  return failures;
}
