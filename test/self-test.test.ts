/** Promise: a tier whose kernels compute wrongly, even in one place, is not chosen, and the report says which and where. */
import { describe, expect, it } from "vitest";
import { createJsKernels } from "../ts/kernels/js.js";
import { BLOCK, SUM, UNITS } from "../ts/kernels/layout.js";
import { expectFused, selfTest } from "../ts/kernels/self-test.js";
import { Arena, INITIAL_PAGES, JsMemory, tableStride } from "../ts/memory/arena.js";
import type { KernelExports } from "../ts/wasm/kernels.js";

type Name = Exclude<keyof KernelExports, "memory">;

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const DOUBLE = Float64Array.BYTES_PER_ELEMENT;

const FORWARD = ["forward", "forward_channels"] as const;
const BACKWARD = ["backward", "backward_sums", "backward_channels"] as const;

/** Kernels of which one does something after its call. */
function kernelsWhere(name: Name, then: (arena: Arena) => void): { arena: Arena; kernels: KernelExports } {
  const arena = new Arena(new JsMemory(INITIAL_PAGES));
  const kernels = createJsKernels(arena);
  const kernel = kernels[name] as (...args: number[]) => void;
  const replaced = (...args: number[]): void => {
    kernel(...args);
    then(arena);
  };
  return { arena, kernels: { ...kernels, [name]: replaced } };
}

/** What the self-test says. */
function verdict({ arena, kernels }: { arena: Arena; kernels: KernelExports }): string {
  try {
    selfTest(arena, kernels);
  } catch (error) {
    return (error as Error).message;
  }
  return "passed";
}

describe("the self-test", () => {
  it("passes the kernels in JavaScript", () => {
    expect(verdict(kernelsWhere("forward", () => {}))).toBe("passed");
  });

  it.each([...FORWARD, ...BACKWARD])("finds one wrong result of %s, and says which", (name) => {
    // The first known answer, one in the middle, and the last.
    for (const [index, x] of [
      [0, -40],
      [8, -0.125],
      [26, -1],
    ] as const) {
      const wrong = (by: number) =>
        kernelsWhere(name, (arena) => {
          const at = arena.at.outTile / FLOAT + index;
          arena.f32[at]! += by * Math.max(1, Math.abs(arena.f32[at]!));
        });
      for (const by of [2e-6, -2e-6]) {
        expect(verdict(wrong(by))).toMatch(
          new RegExp(`^self-test: ${name} at ${x} came out as \\S+, expected \\S+$`),
        );
      }
      expect(verdict(wrong(2e-7))).toBe("passed");
    }
  });

  it.each([
    ["backward_sums", SUM.smooth * UNITS.columns],
    ["backward_sums", SUM.tail * UNITS.columns],
  ] as const)("finds a wrong sum of %s, the %ith double", (name, index) => {
    // Of what lies at the sums' place in a block, which readSums reads.
    const wrong = kernelsWhere(name, (arena) => {
      const sums = (arena.at.block + BLOCK.sums) / DOUBLE;
      arena.f64[sums + index]! += 1;
    });
    expect(verdict(wrong)).toMatch(/^self-test: backward_sums at all x, the sum of densities came out as /);
  });

  it("finds a wrong sum of backward_channels", () => {
    const wrong = kernelsWhere("backward_channels", (arena) => {
      const totals = arena.at.totals / DOUBLE;
      for (let k = 0; k < SUM.count * tableStride(1); k++) arena.f64[totals + k]! *= 1.01;
    });
    expect(verdict(wrong)).toMatch(
      /^self-test: backward_channels at all x, the sum of densities came out as /,
    );
  });

  it.each(["forward", "backward"] as const)("finds a NaN that %s loses", (name) => {
    const wrong = kernelsWhere(name, (arena) => {
      const at = arena.at.outTile / FLOAT;
      if (Number.isNaN(arena.f32[at])) arena.f32[at] = 7;
    });
    expect(verdict(wrong)).toBe(`self-test: ${name} at NaN came out as 7`);
  });
});

describe("expectFused", () => {
  it("takes kernels of which one slope has other bits, and no others", () => {
    // The first x is the NaN of the self-test by now.
    for (const index of [1, 26]) {
      const { arena, kernels } = kernelsWhere("backward", (own) => {
        own.f32[own.at.outTile / FLOAT + index]! += 1e-3;
      });
      const exact = createJsKernels(arena);
      selfTest(arena, exact);
      expect(() => expectFused(arena, kernels, exact)).not.toThrow();
      expect(() => expectFused(arena, exact, exact)).toThrow(
        new Error("multiplications are not fused with additions here: simd128 gives the same bits"),
      );
    }
  });
});
