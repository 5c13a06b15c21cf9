/**
 * Puts each fault into a copy of the sources and runs the tests that have to notice it.
 *
 * Before that they run on the copy as it is, where all must pass. A fault that does not compile, or whose place is no
 * longer in the sources, is an error: it would be noticed for the wrong reason.
 */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { transformSync } from "esbuild";
import { trackedFiles } from "../../scripts/tracked-files.js";
import { buildTier } from "../../scripts/wasm/build.js";
import { moduleFile, ROOT } from "../../scripts/wasm/tiers.js";
import { requireToolchain } from "../../scripts/wasm/toolchain.js";
import type { WasmTier } from "../../ts/tier.js";
import type { Mutant } from "./mutant.js";
import { PLAUSIBLE_ERRORS } from "./plausible-errors.js";
import { PUBLIC_ERRORS } from "./public-errors.js";

const HELP = `Usage: npm run test:mutants -- [--public] [--only TEXT] [--help]

Puts known faults into copies of the sources, one at a time, and runs the tests that have to notice them.

  --public     just the errors of public implementations
  --only TEXT  just the faults with TEXT in their name or file
  --help       prints this`;

/** Seconds that tests may take: a fault may make a loop endless. */
const SECONDS = 900;

/** Makes the copy, which finds the packages that are installed here. */
function copySources(): string {
  const folder = mkdtempSync(join(tmpdir(), "sau-simd-mutants-"));
  for (const file of trackedFiles()) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(ROOT, file), join(folder, file));
  }
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "dir");
  return folder;
}

/** Where a tree has the module of a tier. */
function modulePath(root: string, tier: WasmTier): string {
  return join(root, "ts", "wasm", moduleFile(tier));
}

/** Whether this engine has what the fault's module needs. */
function isRunHere({ module }: Mutant): boolean {
  return module === undefined || WebAssembly.validate(readFileSync(modulePath(ROOT, module)));
}

/** Whether its tests are those of the crate. */
function isForCargo({ file, module }: Tests): boolean {
  return file.startsWith("crate/") && module === undefined;
}

function run(folder: string, command: string, args: readonly string[]): SpawnSyncReturns<string> {
  const env = {
    ...process.env,
    NO_COLOR: "1",
    CARGO_TARGET_DIR: join(ROOT, "target", "mutants"),
    CARGO_PROFILE_DEV_OPT_LEVEL: "1", // the crate's tests take a fraction of the time
  };
  return spawnSync(command, args, {
    cwd: folder,
    env,
    encoding: "utf8",
    timeout: SECONDS * 1000,
    maxBuffer: 2 ** 28,
  });
}

/** What tests a fault is to be noticed by. */
type Tests = Pick<Mutant, "file" | "tests" | "named" | "module">;

/** The first test that failed; undefined where all passed. */
function firstFailure(folder: string, mutant: Tests): string | undefined {
  const rust = isForCargo(mutant);
  const ran = rust ? runCargo(folder, mutant) : runVitest(folder, mutant);
  if (ran.status === 0) return undefined;
  if (ran.error !== undefined) return `not done after ${SECONDS} s`;
  const found = (rust ? /^test (\S+) \.\.\. FAILED/m : /^ *FAIL +(.+\n.+)$/m).exec(ran.stdout + ran.stderr);
  if (found === null) throw new Error(`The tests ended with ${ran.status}:\n${ran.stdout}${ran.stderr}`);
  return found[1]!.replaceAll(/ *\n */g, ": ");
}

function runVitest(folder: string, { tests, named }: Tests): SpawnSyncReturns<string> {
  const filter = named === undefined ? [] : ["--testNamePattern", named];
  return run(folder, "npx", ["vitest", "run", "--bail", "1", "--maxWorkers", "1", ...filter, ...tests]);
}

function runCargo(folder: string, { tests }: Tests): SpawnSyncReturns<string> {
  const args = ["test", "--workspace", ...tests.flatMap((test) => ["--test", test])];
  const built = run(folder, "cargo", [...args, "--no-run"]);
  if (built.error !== undefined) throw built.error;
  if (built.status !== 0) throw new Error(`It does not compile:\n${built.stderr}`);
  return run(folder, "cargo", args);
}

/** A change of a source. */
type Edit = Pick<Mutant, "file" | "from" | "to">;

const NO_SELF_TEST: Edit = {
  file: "ts/kernels/self-test.ts",
  from: "const TOLERANCE = 1e-6;",
  to: "const TOLERANCE = Infinity;",
};

/** Makes a change in the copy. */
function put(folder: string, { file, from, to }: Edit): void {
  const path = join(folder, file);
  const source = readFileSync(path, "utf8");
  const parts = source.split(from);
  if (parts.length !== 2)
    throw new Error(`${JSON.stringify(from)} is ${parts.length - 1} times in ${file}, expected once.`);
  const result = parts.join(to);
  if (file.endsWith(".ts")) transformSync(result, { loader: "ts" }); // throws where it is no TypeScript
  writeFileSync(path, result);
}

/** Makes the module of a tier from the sources of the copy. */
function build(folder: string, tier: WasmTier): void {
  const place = { root: folder, target: join(folder, "target", "wasm") };
  writeFileSync(modulePath(folder, tier), buildTier(tier, place, requireToolchain()).bytes);
}

/** Each test that some fault needs, once: of the sources of each language, and of each filter. */
function testGroups(mutants: readonly Mutant[]): Tests[] {
  const groups = new Map<string, Omit<Tests, "tests"> & { tests: Set<string> }>();
  for (const mutant of mutants) {
    const { tests, ...rest } = mutant;
    const key = `${isForCargo(mutant)} ${mutant.named}`;
    const group = groups.get(key) ?? { ...rest, tests: new Set<string>() };
    for (const test of tests) group.tests.add(test);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({ ...group, tests: [...group.tests] }));
}

function main(): void {
  const { values } = parseArgs({
    options: { public: { type: "boolean" }, only: { type: "string" }, help: { type: "boolean" } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const { only = "" } = values;
  const asked = [...PUBLIC_ERRORS, ...(values.public ? [] : PLAUSIBLE_ERRORS)].filter(({ name, file }) =>
    `${name} ${file}`.includes(only),
  );
  const mutants = asked.filter(isRunHere);
  for (const { name } of asked.filter((mutant) => !isRunHere(mutant)))
    console.log(`left out, its module does not run on this engine: ${name}`);
  const folder = copySources();
  try {
    for (const group of testGroups(mutants)) {
      const failure = firstFailure(folder, group);
      if (failure !== undefined) throw new Error(`Without a fault fails: ${failure}`);
      console.log(`passes without a fault: ${group.tests.join(" ")}`);
    }
    let survivors = 0;
    for (const mutant of mutants) {
      const edits = mutant.withoutSelfTest ? [mutant, NO_SELF_TEST] : [mutant];
      for (const edit of edits) put(folder, edit);
      if (mutant.module !== undefined) build(folder, mutant.module);
      const failure = firstFailure(folder, mutant);
      for (const { file } of edits) cpSync(join(ROOT, file), join(folder, file));
      if (mutant.module !== undefined)
        cpSync(modulePath(ROOT, mutant.module), modulePath(folder, mutant.module));
      if (failure === undefined) survivors++;
      console.log(
        failure === undefined
          ? `SURVIVED  ${mutant.name}`
          : `killed    ${mutant.name}\n            by ${failure}`,
      );
    }
    console.log(`${mutants.length - survivors} of ${mutants.length} killed`);
    if (survivors > 0) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main();
