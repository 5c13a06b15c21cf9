/**
 * Prototypes to compare with, from a folder that the user names; nothing else needs it.
 *
 * Each file is a module that exports its memory, `al(bytes)` and loops `(x, y, n)` or, for gradients,
 * `(x, dy, dx, n)`, with uniform parameters splatted at fixed addresses.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

type Loop = (...args: number[]) => void;

export class Reference {
  readonly #exports: Record<string, unknown>;
  readonly #memory: WebAssembly.Memory;

  constructor(folder: string, file: string) {
    const module = new WebAssembly.Module(readFileSync(join(folder, file)));
    this.#exports = new WebAssembly.Instance(module, {}).exports;
    this.#memory = this.#exports.memory as WebAssembly.Memory;
  }

  loop(name: string): Loop {
    return this.#exports[name] as Loop;
  }

  /** The address of `values`, 64-byte aligned, `stagger` cache lines further on. */
  place(values: Float32Array, stagger: number): number {
    const allocate = this.#exports.al as (bytes: number) => number;
    const at = Math.ceil(allocate(values.byteLength + 64 * (stagger + 1)) / 64) * 64 + 64 * stagger;
    this.view(at, values.length).set(values);
    return at;
  }

  view(at: number, length: number): Float32Array {
    return new Float32Array(this.#memory.buffer, at, length);
  }

  /** Writes the uniforms where the prototypes read them. */
  setParameters(alpha: number, beta: number): void {
    const clamp = 5.3; // what the prototypes were fitted for
    const float = (at: number, value: number) => new Float32Array(this.#memory.buffer, at, 4).fill(value);
    const bits = (at: number, value: number) => new Int32Array(this.#memory.buffer, at, 4).fill(value);
    float(512, alpha);
    float(528, beta);
    float(544, (1 - alpha) / beta);
    bits(560, 0x7fffffff);
    float(576, clamp / beta);
    float(592, 1 - alpha);
    float(608, alpha);
    bits(624, -0x80000000);
    float(640, 1 / beta);
    float(656, 0);
    float(672, alpha - 1);
    float(704, 0);
  }
}
