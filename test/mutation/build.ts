/**
 * Makes the programs that judge mutants, and dist/, of the sources with all mutants in them.
 *
 * Stryker asks at each place by a call which mutant is active, and counts what is reached; here neither is needed, and
 * the judge took 7.2 s with them, 2.4 s without.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build, type Plugin } from "esbuild";
import { moduleTextPlugin } from "../../scripts/module-text.js";
import { ROOT } from "../../scripts/wasm/tiers.js";
import { workerSourcePlugin } from "../../scripts/worker-source.js";

/** As deep below the top as the folders whose modules find the top from where they are. */
const output = join(ROOT, "target", "mutation");

/** How the sources ask whether a mutant is active, and what they count it with. */
const IS_ACTIVE = /stryMutAct_\w+\("(\d+)"\)/g;
const COUNTS = /stryCov_\w+\((?:"\d+"(?:, )?)+\)(?:, |;)/g;
const ACTIVE_MUTANT = "const ACTIVE_MUTANT = Number(process.env.__STRYKER_ACTIVE_MUTANT__ ?? -1);";

/** Makes the sources, which are Stryker's copy, ask without a call; the file that each mutant is in, from the top. */
function simplifySources(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const name of readdirSync(join(ROOT, "ts"), { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const file = `ts/${name.replaceAll("\\", "/")}`;
    const text = readFileSync(join(ROOT, file), "utf8");
    const mutants = Array.from(text.matchAll(IS_ACTIVE), ([, mutant]) => mutant!);
    if (mutants.length === 0) continue;
    for (const mutant of mutants) files[mutant] = file;
    const simple = text.replaceAll(COUNTS, "").replaceAll(IS_ACTIVE, "ACTIVE_MUTANT === $1");
    // A command's first line says what runs it, and has to stay the first.
    const [shebang = ""] = /^#!.*\n/.exec(simple) ?? [];
    const body = simple.slice(shebang.length);
    writeFileSync(join(ROOT, file), `${shebang}// @ts-nocheck\n${ACTIVE_MUTANT}\n${body}`);
  }
  return files;
}

/** Leaves dist/ as long as it is: terser 5 takes `this.#f()` and `this.#f?.()` for the same, the two sides of a mutant. */
function leaveUnminified(): void {
  const file = join(ROOT, "tsup.config.ts");
  const text = readFileSync(file, "utf8");
  const unminified = text.replace('minify: "terser"', "minify: false");
  if (unminified === text) throw new Error(`${file} says nothing of terser.`);
  writeFileSync(file, unminified);
}

/** TensorFlow.js is loaded when a test of it is, and from where it is installed, which Stryker's copy leaves out. */
const frameworkPlugin: Plugin = {
  name: "framework",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^@tensorflow\// }, ({ path, namespace }) =>
      namespace === "framework" ? { path, external: true } : { path, namespace: "framework" },
    );
    onLoad({ filter: /.*/, namespace: "framework" }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};
const [ownPackages] = createRequire(import.meta.url)
  .resolve("esbuild")
  .split(/(?<=node_modules)\b/);
const installed = join(dirname(ownPackages!), "test/frameworks/tfjs/node_modules");
const link = join(output, "node_modules");
mkdirSync(output, { recursive: true });
if (!existsSync(link)) symlinkSync(installed, link);

const files = simplifySources();
if (Object.keys(files).length > 0) {
  leaveUnminified();
  const { status } = spawnSync("npm", ["run", "--silent", "build"], { cwd: ROOT, stdio: "inherit" });
  if (status !== 0) throw new Error(`The build of dist/ ended with ${status}.`);
}

// In files of their own, so that each is read only when it is asked, and has its modules at the top.
const stages = ["published", "unit-tests"];
await build({
  entryPoints: ["judge", ...stages].map((file) => join(ROOT, "test", "mutation", `${file}.ts`)),
  outdir: output,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "es2022",
  define: { FILE_OF: JSON.stringify(files) },
  external: stages.map((stage) => `./${stage}.js`),
  alias: {
    vitest: join(ROOT, "test", "mutation", "vitest.ts"),
    "framework-tests": join(ROOT, "test", "frameworks", "tfjs"),
  },
  plugins: [moduleTextPlugin, workerSourcePlugin, frameworkPlugin],
  banner: {
    js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
  },
});
