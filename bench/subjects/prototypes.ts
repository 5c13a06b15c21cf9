/**
 * Prototypes to compare with, from a folder that the user names; nothing else needs it.
 *
 * Each file is a module that exports its memory, `al(bytes)` and loops `(x, y, n)` or, for gradients,
 * `(x, dy, dx, n)`, with uniform parameters splatted at fixed addresses and sums left at two others.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ALPHA, DX_TOLERANCE, type ExpectedGradients, expectNear, expectSum } from "../data.js";
import type { Row } from "../rows.js";

type Loop = (...args: number[]) => void;

/** What the prototypes were fitted for: beyond it they compute leaky ReLU. */
const CLAMP = 5.3;

/** Where gradients leave their sums: dalpha, and phi(beta x) dy. */
const [ALPHA_TERMS, DENSITIES] = [704, 720];

const CACHE_LINE = 64;

/** A tier's suffix in the files' names. */
const SUFFIX = { "relaxed-simd": "rel", simd128: "simd" } as const;

/** A pass's prefix in them. */
const PREFIX = { forward: "fin", backward: "bwd" } as const;

/** The files that a folder of prototypes has. */
export const PROTOTYPE_FILES = Object.values(PREFIX).flatMap((prefix) =>
  Object.values(SUFFIX).map((suffix) => `${prefix}_${suffix}.wasm`),
);

export type PrototypeTier = keyof typeof SUFFIX;

export function isPrototypeTier(tier: string): tier is PrototypeTier {
  return Object.hasOwn(SUFFIX, tier);
}

/** A module of prototypes, with {@link ALPHA} and `beta` as its parameters. */
export class Prototypes {
  readonly #exports: Record<string, unknown>;
  readonly #memory: WebAssembly.Memory;
  readonly #tier: PrototypeTier;
  readonly #beta: number;

  constructor(folder: string, pass: keyof typeof PREFIX, tier: PrototypeTier, beta: number) {
    const module = new WebAssembly.Module(readFileSync(join(folder, `${PREFIX[pass]}_${SUFFIX[tier]}.wasm`)));
    this.#exports = new WebAssembly.Instance(module, {}).exports;
    this.#memory = this.#exports.memory as WebAssembly.Memory;
    this.#tier = tier;
    this.#beta = beta;
    this.#setParameters(ALPHA, beta);
  }

  /** The forward loop `name`; `expected` is y. */
  forwardRow(name: string, x: Float32Array, expected: Float32Array, more: Partial<Row> = {}): Row {
    const loop = this.#exports[name] as Loop;
    const [xAt, yAt] = [this.#place(x, 0), this.#place(expected, 17)];
    const run = () => loop(xAt, yAt, x.length);
    const check = () => {
      this.#view(yAt, x.length).fill(NaN);
      run();
      expectNear(this.#view(yAt, x.length), expected);
    };
    return { name: `prototype ${name}, ${this.#tier}`, elements: x.length, run, check, ...more };
  }

  /** The loop `name` for all gradients. */
  backwardRow(
    name: string,
    x: Float32Array,
    dy: Float32Array,
    expected: ExpectedGradients,
    more: Partial<Row> = {},
  ): Row {
    const loop = this.#exports[name] as Loop;
    const [xAt, dyAt, dxAt] = [this.#place(x, 0), this.#place(dy, 17), this.#place(expected.dx, 34)];
    const run = () => loop(xAt, dyAt, dxAt, x.length);
    const check = () => {
      this.#view(dxAt, x.length).fill(NaN);
      run();
      expectNear(this.#view(dxAt, x.length), expected.dx, DX_TOLERANCE);
      const densities = this.#sum(DENSITIES);
      expectSum("dalpha", this.#sum(ALPHA_TERMS), expected.dAlpha, x.length);
      expectSum("dbeta", ((ALPHA - 1) / this.#beta ** 2) * densities, expected.dBeta, x.length);
    };
    return { name: `prototype ${name}, ${this.#tier}`, elements: x.length, run, check, ...more };
  }

  /** The address of `values`, aligned to a cache line, `stagger` lines further on. */
  #place(values: Float32Array, stagger: number): number {
    const allocate = this.#exports.al as (bytes: number) => number;
    const start = allocate(values.byteLength + CACHE_LINE * (stagger + 1));
    const at = (Math.ceil(start / CACHE_LINE) + stagger) * CACHE_LINE;
    this.#view(at, values.length).set(values);
    return at;
  }

  #view(at: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, at, length);
  }

  /** A sum that a loop for gradients has left, in two halves. */
  #sum(at: number): number {
    const [low, high] = new Float64Array(this.#memory.buffer, at, 2);
    return low! + high!;
  }

  /** Writes the uniforms where the prototypes read them. */
  #setParameters(alpha: number, beta: number): void {
    const float = (at: number, value: number) => new Float32Array(this.#memory.buffer, at, 4).fill(value);
    const bits = (at: number, value: number) => new Int32Array(this.#memory.buffer, at, 4).fill(value);
    float(512, alpha);
    float(528, beta);
    float(544, (1 - alpha) / beta);
    bits(560, 0x7fffffff);
    float(576, CLAMP / beta);
    float(592, 1 - alpha);
    float(608, alpha);
    bits(624, -0x80000000);
    float(640, 1 / beta);
    float(656, 0);
    float(672, alpha - 1);
  }
}
