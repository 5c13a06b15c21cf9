/**
 * Kernels and limits on the same arrays: one memory that the shipped modules and the limits share.
 *
 * The kernels own no memory, so that all tiers can be instantiated into one; the block with its
 * constants and parameters serves all of them. Arrays are 64-byte aligned, and neighbours do not share their
 * offset within 4 KiB.
 */
import { readFileSync } from "node:fs";
import { checkWant, finish, readQuestion } from "../../ts/gradients.js";
import { SUM } from "../../ts/kernels/layout.js";
import { ADDRESS, Arena, INITIAL_PAGES } from "../../ts/memory/arena.js";
import { clearSums, readSums, writeConstants, writeUniform } from "../../ts/memory/block.js";
import { ParamsChecker } from "../../ts/params.js";
import { WASM_TIERS, type WasmTier } from "../../ts/tier.js";
import type { KernelExports } from "../../ts/wasm/kernels.js";
import { ALPHA, DX_TOLERANCE, type ExpectedGradients, expectNear, expectSum } from "../data.js";
import { type Row, refusal, type Skipped } from "../rows.js";
import { ARITHMETIC_RESULT, type Limits, limitsOn } from "./limits.js";

/** An array in the memory. */
export interface Placed {
  readonly at: number;
  readonly length: number;
}

export class Workbench {
  readonly #memory = new WebAssembly.Memory({ initial: INITIAL_PAGES });
  readonly #arena = new Arena(this.#memory);
  readonly #limits: Limits = limitsOn(this.#memory);
  readonly #kernels: Partial<Record<WasmTier, KernelExports>> = {};
  readonly tiers: readonly WasmTier[];

  /** For {@link ALPHA} and `beta`. */
  constructor(readonly beta: number) {
    writeConstants(this.#arena);
    writeUniform(this.#arena, ALPHA, beta);
    this.tiers = WASM_TIERS.filter((tier) => {
      const kernels = instantiate(tier, this.#memory);
      if (kernels !== undefined) this.#kernels[tier] = kernels;
      return kernels !== undefined;
    });
  }

  /** A row for each tier that this engine refuses. */
  skipped(name: (tier: WasmTier) => string): Skipped[] {
    return WASM_TIERS.filter((tier) => !this.tiers.includes(tier)).map((tier) => ({
      name: name(tier),
      reason: refusal(tier),
    }));
  }

  place(values: Float32Array): Placed {
    const placed = this.room(values.length);
    this.#arena.copyIn(placed.at, values, 0, values.length);
    return placed;
  }

  room(length: number): Placed {
    return { at: this.#arena.allocate(length), length };
  }

  #view({ at, length }: Placed): Float32Array {
    return this.#arena.newView(at, length);
  }

  copyRow(x: Placed, y: Placed): Row {
    return {
      name: "memory.copy",
      elements: x.length,
      run: () => this.#limits.copy(x.at, y.at, x.length),
      check: () => {
        this.#view(y).fill(NaN);
        this.#limits.copy(x.at, y.at, x.length);
        expectNear(this.#view(y), this.#view(x), 0);
      },
    };
  }

  reluRow(x: Placed, y: Placed): Row {
    return {
      name: "ReLU",
      elements: x.length,
      against: "memory.copy",
      run: () => this.#limits.relu(x.at, y.at, x.length),
      check: () => {
        this.#view(y).fill(NaN);
        this.#limits.relu(x.at, y.at, x.length);
        const expected = this.#view(x).map((value) => Math.max(value, 0));
        expectNear(this.#view(y), expected, 0);
      },
    };
  }

  /** A row for each tier with SIMD. */
  arithmeticRows(length: number): Row[] {
    const tiers = this.tiers.filter((tier) => tier !== "scalar");
    return tiers.map((tier) => {
      const run = () => this.#limits.arithmetic[tier](length, 1, 0);
      return {
        name: `arithmetic alone, ${tier}`,
        elements: length,
        against: "memory.copy",
        run,
        check: () => expectNear([run()], [ARITHMETIC_RESULT], 0),
      };
    });
  }

  /** Forward of `x`; `expected` is y. */
  forwardRow(tier: WasmTier, x: Placed, y: Placed, expected: Float32Array, more: Partial<Row>): Row {
    const kernels = this.#kernels[tier]!;
    const run = () => kernels.forward(x.at, y.at, x.length, ADDRESS.block);
    const check = () => {
      this.#view(y).fill(NaN);
      run();
      expectNear(this.#view(y), expected);
    };
    return { name: `forward, ${tier}`, elements: x.length, run, check, ...more };
  }

  /** dx alone. */
  slopeRow(
    tier: WasmTier,
    [x, dy, dx]: readonly [Placed, Placed, Placed],
    expected: ExpectedGradients,
    more: Partial<Row>,
  ): Row {
    const kernels = this.#kernels[tier]!;
    const run = () => kernels.backward(x.at, dy.at, dx.at, x.length, ADDRESS.block);
    const check = () => {
      this.#view(dx).fill(NaN);
      run();
      expectNear(this.#view(dx), expected.dx, DX_TOLERANCE);
    };
    return { name: `backward, dx alone, ${tier}`, elements: x.length, run, check, ...more };
  }

  /** dx and the sums for dalpha and dbeta, in one pass. */
  backwardRow(
    tier: WasmTier,
    [x, dy, dx]: readonly [Placed, Placed, Placed],
    expected: ExpectedGradients,
    more: Partial<Row>,
  ): Row {
    const kernels = this.#kernels[tier]!;
    const run = () => kernels.backward_sums(x.at, dy.at, dx.at, x.length, ADDRESS.block);
    const check = () => {
      this.#view(dx).fill(NaN);
      clearSums(this.#arena);
      run();
      expectNear(this.#view(dx), expected.dx, DX_TOLERANCE);
      const { dAlpha, dBeta } = this.#gradients(x.length);
      expectSum("dalpha", dAlpha, expected.dAlpha, x.length);
      expectSum("dbeta", dBeta, expected.dBeta, x.length);
    };
    return { name: `backward, all three, ${tier}`, elements: x.length, run, check, ...more };
  }

  /** The parameters' gradients from the sums that a kernel has left in the block. */
  #gradients(length: number): { dAlpha: number; dBeta: number } {
    const sums = new Float64Array(SUM.count);
    readSums(this.#arena, sums);
    const given = { alpha: ALPHA, beta: this.beta };
    const params = new ParamsChecker().read(given).check(length);
    const gradients = {};
    finish(
      gradients,
      checkWant(readQuestion({ want: ["alpha", "beta"] }), given, params, length),
      params,
      sums,
    );
    return gradients as { dAlpha: number; dBeta: number };
  }
}

/** The kernels of a tier on `memory`, or undefined where the engine refuses the module. */
function instantiate(tier: WasmTier, memory: WebAssembly.Memory): KernelExports | undefined {
  const bytes = readFileSync(new URL(`../../ts/wasm/${tier}.wasm`, import.meta.url));
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { [tier]: { memory } });
    return exports as unknown as KernelExports;
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return undefined;
    throw error;
  }
}
