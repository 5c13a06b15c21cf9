/**
 * Promise: the kernels do not get slower unnoticed. Times depend on who else uses the machine; instructions do
 * not.
 *
 * The WebAssembly instructions that a verb executes are exact and the same everywhere; a different count, more or
 * less, fails until it is recorded. The machine instructions of a kernel under TurboFan show what the first cannot,
 * such as spilled registers; they may exceed their record by MARGIN, and are held where there is a record
 * for this V8.
 *
 * `npm run record:instructions` records both, under four versions of Node; UPDATE_INSTRUCTIONS=1 under this one.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { createSauSync, type Sau } from "../ts/index.js";
import { WASM_TIERS, type WasmTier } from "../ts/tier.js";
import { assemble, type Counts, counted, type Kind, textOf } from "./support/executed.js";
import { COMPILER, machineInstructions } from "./support/machine-code.js";
import { changeHost, moduleBytes, restoreHost } from "./support/modules.js";
import { availableTiers } from "./support/tiers.js";

const FILE = new URL("golden/instructions.json", import.meta.url);
const UPDATE = process.env.UPDATE_INSTRUCTIONS === "1";
const MEND = "If it is meant: npm run record:instructions";

/** V8's register allocation turns on small things; a spilled accumulator costs more than this. */
const MARGIN = 1.02;

interface Recorded {
  /** WebAssembly instructions executed for four elements, by tier and case. */
  executed: Record<string, Record<string, Counts>>;
  /** Machine instructions of a kernel, by V8 and processor, tier and kernel. */
  compiled: Record<string, Record<string, Record<string, number>>>;
}

const recorded: Recorded = JSON.parse(readFileSync(FILE, "utf8"));

function record(): void {
  writeFileSync(FILE, `${JSON.stringify(recorded, null, 2)}\n`);
}

/** Whole groups, whole rows of the channels below. */
const N = 4800;
const LANES = 4;

const x = Float32Array.from({ length: N }, (_, i) => ((i * 7919) % N) / (N / 8) - 4);

/** Verbs on arena tensors: what is in the loops, without the copies around them. */
const CASES: Record<string, (sau: Sau, x: Float32Array, y: Float32Array) => unknown> = {
  "forward, beta 1.7": (sau, x, out) => sau.forward(x, { beta: 1.7 }, { out }),
  "forward, beta 20000": (sau, x, out) => sau.forward(x, { beta: 20000 }, { out }),
  "forward, channels last": (sau, x, out) => sau.forward(x, { ...channels([75, 64], 1), beta: 1.7 }, { out }),
  "forward, channels first": (sau, x, out) =>
    sau.forward(x, { ...channels([32, 3, 50], 1), beta: 1.7 }, { out }),
  "backward, dx alone": (sau, x, dx) => sau.backward(x, x, { beta: 1.7 }, { want: ["dx"], out: { dx } }),
  "backward, dx, dalpha, dbeta": (sau, x, dx) =>
    sau.backward(x, x, { alpha: 0.15, beta: 1.7 }, { out: { dx } }),
  "backward, channels last": (sau, x, dx) =>
    sau.backward(x, x, { ...channels([75, 64], 1), beta: 1.7 }, { out: { dx } }),
};

function channels(shape: readonly number[], channelAxis: number) {
  return { alpha: new Float32Array(shape[channelAxis]!).fill(0.15), shape, channelAxis };
}

/** What each case executes for four elements. */
function executedBy(tier: WasmTier, edit?: (line: string) => string): Record<string, Counts> {
  const { bytes, read } = counted(moduleBytes(tier), edit);
  const { Instance } = WebAssembly;
  let instance: WebAssembly.Instance | undefined;
  changeHost({
    Instance: function counting(module: WebAssembly.Module, imports: WebAssembly.Imports) {
      instance = new Instance(module, imports);
      return instance;
    },
  });
  const sau = createSauSync({ tier, module: new WebAssembly.Module(bytes) });
  const [from, to] = [sau.alloc(N), sau.alloc(N)];
  from.array.set(x);
  const result = Object.entries(CASES).map(([name, run]) => {
    const before = read(instance!);
    run(sau, from.array, to.array);
    const after = read(instance!);
    const each = (kind: Kind) => round(((after[kind] - before[kind]) * LANES) / N);
    const counts: Counts = {
      arithmetic: each("arithmetic"),
      memory: each("memory"),
      constants: each("constants"),
      rest: each("rest"),
    };
    return [name, counts];
  });
  return Object.fromEntries(result);
}

function round(count: number): number {
  return Math.round(count * 1000) / 1000;
}

/** A negation of a negation behind the first multiplication of each function's first loop: two operations more. */
function slower(): (line: string) => string {
  let inLoop = false;
  return (line) => {
    const code = line.trim();
    if (code.startsWith("(func")) inLoop = false;
    if (code.startsWith("loop")) inLoop = true;
    if (!inLoop || code !== "f32x4.mul") return line;
    inLoop = false;
    return `${line}\nf32x4.neg\nf32x4.neg`;
  };
}

afterEach(restoreHost);

describe("executed WebAssembly instructions", () => {
  describe.each(WASM_TIERS)("%s", (tier) => {
    const runs = availableTiers().includes(tier);
    const why = runs ? "" : ", not counted: this engine refuses the module";

    it.skipIf(!runs)(`are as many as recorded${why}`, () => {
      const found = executedBy(tier);
      if (UPDATE) {
        recorded.executed[tier] = found;
        record();
      }
      expect(found, `${tier} executes other instructions than recorded. ${MEND}`).toEqual(
        recorded.executed[tier],
      );
    });
  });

  it("are more in a kernel that does more", () => {
    const found = executedBy("simd128", slower());
    const before = recorded.executed.simd128!;
    for (const name of Object.keys(CASES)) {
      expect(found[name]!.arithmetic, name).toBeGreaterThan(before[name]!.arithmetic);
    }
  });
});

describe(`machine instructions of V8 ${COMPILER}`, () => {
  describe.each(["relaxed-simd", "simd128"] as const)("%s", (tier) => {
    it("are not more than recorded", ({ skip }) => {
      const found = machineInstructions(moduleBytes(tier));
      if (typeof found === "string") return skip(found);
      if (UPDATE) {
        recorded.compiled[COMPILER] ??= {};
        recorded.compiled[COMPILER][tier] = Object.fromEntries(found);
        record();
      }
      const before = recorded.compiled[COMPILER]?.[tier];
      if (before === undefined) return skip(`there is no record for V8 ${COMPILER}`);
      for (const [kernel, count] of found) {
        const most = (before[kernel] ?? 0) * MARGIN;
        expect(count, `${kernel} of ${tier} has more instructions. ${MEND}`).toBeLessThanOrEqual(most);
      }
    });
  });

  it("are more for a kernel that clamps with min in place of pmin", ({ skip }) => {
    // As many WebAssembly instructions, but one that takes V8 seven of the machine's and one that takes one.
    const text = textOf(moduleBytes("simd128")).replaceAll("f32x4.pmin", "f32x4.min");
    const before = machineInstructions(moduleBytes("simd128"));
    const after = machineInstructions(assemble(text));
    if (typeof before === "string" || typeof after === "string") return skip(String(before));
    for (const kernel of ["forward", "backward", "backward_sums"]) {
      expect(after.get(kernel)!, kernel).toBeGreaterThan(before.get(kernel)! * MARGIN);
    }
  });
});
