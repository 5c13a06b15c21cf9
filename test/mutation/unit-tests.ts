/** Unit tests, run in the process that asks for them, one after the other, up to the first that fails. */
import { basename } from "node:path";
import { type File, startTests, type Task, type VitestRunner } from "@vitest/runner";
import type { Area } from "./areas.js";

/** Tests, and the tiers that they run on. */
interface TestFile {
  readonly load: () => Promise<unknown>;
  readonly tiers?: string;
}

/** Both memories: that of WebAssembly and that of plain JavaScript. */
const BOTH = "simd128,js";

/** What runs as TypeScript is the same on every tier, and the bits of the kernels in JavaScript were judged before. */
const ONE = "simd128";

/** Those that reach a mutant of an area and take little time, the quickest first. */
const FILES: Readonly<Record<Area, Readonly<Record<string, TestFile>>>> = {
  core: {
    "module-text": { load: () => import("../module-text.test.js") },
    "self-test": { load: () => import("../self-test.test.js"), tiers: ONE },
    "memory/arena": { load: () => import("../memory/arena.test.js"), tiers: ONE },
    "memory/heap": { load: () => import("../memory/heap.test.js"), tiers: ONE },
    "memory/table-contents": { load: () => import("../memory/table-contents.test.js"), tiers: ONE },
    "memory/tiles": { load: () => import("../memory/tiles.test.js"), tiers: ONE },
    "memory/places": { load: () => import("../memory/places.test.js"), tiers: BOTH },
    params: { load: () => import("../params.test.js"), tiers: BOTH },
    clamp: { load: () => import("../clamp.test.js"), tiers: BOTH },
    options: { load: () => import("../options.test.js"), tiers: BOTH },
    errors: { load: () => import("../errors.test.js"), tiers: BOTH },
    tiers: { load: () => import("../tiers.test.js") },
    compile: { load: () => import("../compile.test.js"), tiers: ONE },
    "special-values": { load: () => import("../special-values.test.js"), tiers: ONE },
    hazards: { load: () => import("../hazards.test.js"), tiers: ONE },
    arena: { load: () => import("../arena.test.js"), tiers: BOTH },
    "callers-code": { load: () => import("../callers-code.test.js"), tiers: ONE },
    interrupted: { load: () => import("../interrupted.test.js"), tiers: BOTH },
    gradients: { load: () => import("../gradients.test.js"), tiers: ONE },
    batch: { load: () => import("../batch.test.js"), tiers: ONE },
    buffers: { load: () => import("../bounds/buffers.test.js"), tiers: ONE },
    "foreign-memory": { load: () => import("../bounds/foreign-memory.test.js"), tiers: ONE },
    placements: { load: () => import("../bounds/placements.test.js"), tiers: BOTH },
    channels: { load: () => import("../channels.test.js"), tiers: BOTH },
    sums: { load: () => import("../sums.test.js"), tiers: ONE },
  },
  npy: {
    header: { load: () => import("../cli/header.test.js") },
    dtype: { load: () => import("../cli/dtype.test.js") },
    float16: { load: () => import("../cli/float16.test.js") },
    fuzz: { load: () => import("../fuzz/npy.test.js") },
  },
  onnx: {
    schema: { load: () => import("../onnx/schema.test.js") },
    "sau-function": { load: () => import("../onnx/sau-function.test.js") },
    replace: { load: () => import("../onnx/replace.test.js") },
    errors: { load: () => import("../onnx/errors.test.js") },
    clip: { load: () => import("../onnx/clip.test.js") },
    bytes: { load: () => import("../onnx/bytes.test.js") },
    fuzz: { load: () => import("../fuzz/onnx.test.js") },
    hostile: { load: () => import("../onnx/hostile.test.js") },
  },
  threads: {
    fifo: { load: () => import("../threads/fifo.test.js") },
    tasks: { load: () => import("../threads/tasks.test.js") },
    "shared-module": { load: () => import("../threads/shared-module.test.js") },
    crew: { load: () => import("../threads/crew.test.js") },
    foreman: { load: () => import("../threads/foreman.test.js") },
    board: { load: () => import("../threads/board.test.js") },
    pool: { load: () => import("../threads/pool.test.js") },
    errors: { load: () => import("../threads/errors.test.js") },
    item: { load: () => import("../threads/item.test.js") },
    serve: { load: () => import("../threads/serve.test.js") },
    start: { load: () => import("../threads/start.test.js") },
    node: { load: () => import("../threads/node.test.js") },
    web: { load: () => import("../threads/web.test.js") },
    worker: { load: () => import("../threads/worker.test.js") },
    atomics: { load: () => import("../threads/atomics.test.js") },
    "long-call": { load: () => import("../threads/long-call.test.js") },
    "same-bits": { load: () => import("../threads/same-bits.test.js") },
    abort: { load: () => import("../threads/abort.test.js") },
    deaths: { load: () => import("../threads/deaths.test.js") },
  },
  cli: {
    options: { load: () => import("../cli/options.test.js") },
    errors: { load: () => import("../cli/errors.test.js") },
    parameters: { load: () => import("../cli/parameters.test.js") },
    progress: { load: () => import("../cli/progress.test.js") },
    pipeline: { load: () => import("../cli/pipeline.test.js") },
    input: { load: () => import("../cli/input.test.js") },
    "array-file": { load: () => import("../cli/array-file.test.js") },
    output: { load: () => import("../cli/output.test.js") },
    commands: { load: () => import("../cli/commands.test.js") },
    bench: { load: () => import("../cli/bench.test.js") },
    onnx: { load: () => import("../onnx/command.test.js") },
    docs: { load: () => import("../cli/docs.test.js") },
    failures: { load: () => import("../cli/failures.test.js") },
    results: { load: () => import("../cli/results.test.js") },
    interrupts: { load: () => import("../cli/interrupts.test.js") },
  },
  "tfjs/training": {
    training: { load: () => import("framework-tests/training.test.ts") },
  },
  tfjs: {
    // First, as it ends the backend that others would have tensors on.
    "zero-copy": { load: () => import("framework-tests/zero-copy.test.ts") },
    copies: { load: () => import("framework-tests/copies.test.ts") },
    "wasm-store": { load: () => import("framework-tests/wasm-store.test.ts") },
    errors: { load: () => import("framework-tests/errors.test.ts") },
    op: { load: () => import("framework-tests/op.test.ts") },
    layer: { load: () => import("framework-tests/layer.test.ts") },
    gradients: { load: () => import("framework-tests/gradients.test.ts") },
    "saved-models": { load: () => import("framework-tests/saved-models.test.ts") },
  },
};

/** Areas whose tests can be asked in any order. */
const OF_ANY_ORDER: readonly Area[] = ["threads", "cli"];

/** The version of TensorFlow.js that is installed for its tests, as their configuration has it. */
const TFJS_VERSION = "4.22";

/** Tests of what the engine or its heap does with the built package, in processes of their own that take long. */
const OF_ENGINES = ["--jitless", "garbage", "many small messages"];

/** Tests that take the longest, of cases that quicker ones have with fewer elements. */
const SLOW = [
  "on js arrays of 8M elements",
  "a stack that overflows while",
  "more than a table holds",
  "in long runs",
  "2\\^22 elements",
  "backwardBatch is backward of each: one value a channel, more than a tile",
  "in every position of a group",
  "with [138] threads",
  "at random moments",
  "while workers die",
  "on two workers of",
  "shape \\[ (.*5000.*|1, 64, 3000|3, 64, 102[34]|329, 300|3, 300, 49|2, 8199|4097, 13) \\]",
];

/** Ends the process with 1 if `task` failed. */
function endIfFailed({ name, result }: Task): void {
  if (result?.state !== "fail") return;
  console.error(
    name,
    result.errors?.map(({ message }) => message),
  );
  process.exit(1);
}

/** The names of an area's tests; where their order is free, those first that are named as the mutant's file is. */
function namesFor(area: Area, file: string | undefined): string[] {
  const names = Object.keys(FILES[area]);
  if (file === undefined || !OF_ANY_ORDER.includes(area)) return names;
  const own = basename(file, ".ts");
  return [...names.filter((name) => name === own), ...names.filter((name) => name !== own)];
}

/**
 * Ends the process with 1 where a test of `area` fails.
 *
 * @param file of the mutant, if there is one
 * @param goesOn called after each test
 */
export async function runUnitTests(area: Area, file?: string, goesOn = (): void => {}): Promise<void> {
  process.env.TFJS_VERSION = TFJS_VERSION;
  const runner: VitestRunner = {
    config: {
      root: process.cwd(),
      setupFiles: [],
      name: undefined,
      passWithNoTests: false,
      testNamePattern: new RegExp(`^(?!.*(${[...OF_ENGINES, ...SLOW].join("|")}))`),
      allowOnly: false,
      sequence: { seed: 0, hooks: "stack", setupFiles: "list" },
      chaiConfig: undefined,
      maxConcurrency: 1,
      testTimeout: 0,
      hookTimeout: 0,
      retry: 0,
      includeTaskLocation: false,
      tags: [],
      tagsFilter: undefined,
      strictTags: false,
    },
    importFile(name) {
      const { load, tiers } = FILES[area][name]!;
      if (tiers === undefined) delete process.env.SAU_TEST_TIERS;
      else process.env.SAU_TEST_TIERS = tiers;
      return load();
    },
    onCollected: (files: File[]) => files.forEach(endIfFailed),
    onAfterRunTask: (task) => {
      endIfFailed(task);
      goesOn();
    },
    onAfterRunSuite: endIfFailed,
  };
  // One after the other: what a file makes before its tests takes time too.
  for (const name of namesFor(area, file)) await startTests([name], runner);
}
