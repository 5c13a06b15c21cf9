/**
 * Known answers, asked of a tier before it is chosen.
 *
 * The values are those of the definition, to more digits than float32 has (scripts/golden.py); an engine
 * that runs a module wrong misses them by far more than the bound, which is the contract's.
 */
import { type Arena, tableStride } from "../memory/arena.js";
import {
  clearPositionSums,
  clearSums,
  readPositionSums,
  readSums,
  writeConstants,
  writeTable,
  writeUniform,
} from "../memory/block.js";
import { wholePass } from "../memory/tiles.js";
import { type CheckedParams, densitySum } from "../params.js";
import type { KernelExports } from "../wasm/kernels.js";
import { SUM } from "./layout.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** alpha and beta of the known answers. */
const [ALPHA, BETA] = [0.25, 2];

/** x, and y, dy/dx and phi(beta x) there. */
const ANSWERS = [
  [-40, -10, 0.25, 0],
  [-3, -0.749999999941, 0.25000000074, 6.07588284982e-9],
  [-2.5, -0.624999979952, 0.250000214989, 1.48671951473e-6],
  [-1.75, -0.437478069656, 0.250174471809, 0.000872682695046],
  [-1.25, -0.311748448558, 0.254657248994, 0.0175283004936],
  [-0.875, -0.212684827132, 0.280044367648, 0.0862773188265],
  [-0.5, -0.0937566985296, 0.368991440449, 0.241970724519],
  [-0.375, -0.0445624057979, 0.419970514283, 0.301137432155],
  [-0.125, 0.0761292618338, 0.550970255738, 0.386668116803],
  [0, 0.149603355151, 0.625, 0.398942280401],
  [0.0625, 0.189833111893, 0.662303668623, 0.395837686945],
  [0.25, 0.324173709025, 0.768596845956, 0.352065326764],
  [0.5, 0.53124330147, 0.881008559551, 0.241970724519],
  [0.75, 0.760990047661, 0.949894599048, 0.129517595666],
  [1, 1.00318401348, 0.982937401039, 0.0539909665132],
  [1.5, 1.50014330787, 0.998987576476, 0.00443184841194],
  [1.875, 1.87500788657, 0.999933687036, 0.000352595682367],
  [2.25, 2.25000026033, 0.999997451745, 1.59837411069e-5],
  [2.625, 2.6250000051, 0.999999942963, 4.12847098863e-7],
  [2.6875, 2.68750000251, 0.999999971281, 2.12515473831e-7],
  [2.75, 2.75000000122, 0.999999985758, 1.07697600425e-7],
  [3, 3.00000000006, 0.99999999926, 6.07588284982e-9],
  [8, 8, 1, 0],
  [1000, 1000, 1, 0],
  [-0.25, 0.0116737090255, 0.481403154044, 0.352065326764],
  [0.125, 0.232379261834, 0.699029744262, 0.386668116803],
  [-1, -0.246815986519, 0.267062598961, 0.0539909665132],
] as const;

/** Far above the contract's bounds, far below what a wrong instruction does. */
const TOLERANCE = 1e-6;

/** The same parameters as a channel table has them. */
const PARAMS: CheckedParams = {
  alpha: { perChannel: false, values: Float32Array.of(ALPHA) },
  beta: { perChannel: false, values: Float32Array.of(BETA) },
  bias: { perChannel: false, values: Float32Array.of(-0) },
  layout: undefined,
};

/**
 * Runs every kernel on known answers.
 *
 * Leaves the constants written and the parameters those of the test.
 *
 * @throws {Error} naming the first answer that is wrong
 */
export function selfTest(arena: Arena, kernels: KernelExports): void {
  const { xTile, dyTile, outTile, table, totals, block } = arena.at;
  const length = ANSWERS.length;
  const pass = wholePass(length);
  const stride = tableStride(pass.positions);
  writeConstants(arena);
  writeUniform(arena, ALPHA, BETA);
  writeTable(arena, PARAMS, pass, 1);
  clearSums(arena);
  clearPositionSums(arena, pass.positions);
  for (const [i, [x]] of ANSWERS.entries()) {
    arena.f32[xTile / FLOAT + i] = x;
    arena.f32[dyTile / FLOAT + i] = 1;
  }
  const sums = new Float64Array(SUM.count);

  kernels.forward(xTile, outTile, length, block);
  expectColumn(arena, "forward", 1);
  kernels.forward_channels(xTile, outTile, length, 0, pass.positions, stride, table, block);
  expectColumn(arena, "forward_channels", 1);
  kernels.backward(xTile, dyTile, outTile, length, block);
  expectColumn(arena, "backward", 2);
  kernels.backward_sums(xTile, dyTile, outTile, length, block);
  expectColumn(arena, "backward_sums", 2);
  readSums(arena, sums);
  expectDensities("backward_sums", sums);
  kernels.backward_channels(xTile, dyTile, outTile, length, 0, pass.positions, stride, table, totals, block);
  expectColumn(arena, "backward_channels", 2);
  readPositionSums(arena, pass.positions, sums);
  expectDensities("backward_channels", sums);

  arena.f32[xTile / FLOAT] = Number.NaN;
  kernels.forward(xTile, outTile, length, block);
  expectNaN(arena, "forward");
  kernels.backward(xTile, dyTile, outTile, length, block);
  expectNaN(arena, "backward");
}

/**
 * Checks, after {@link selfTest}, that relaxed multiply-adds are fused: the last bits of some slopes differ.
 *
 * Where they are not, the results are those of simd128, which takes no longer. And they are not on x64 without AVX,
 * where optimised code of V8 up to 13.6 (Node 24) has wrong results, of which the self-test knows nothing: it is
 * done before code is optimised.
 *
 * @param exact the kernels in JavaScript, over the same arena
 * @throws {Error} where they are not
 */
export function expectFused(arena: Arena, kernels: KernelExports, exact: KernelExports): void {
  const { xTile, dyTile, outTile, block } = arena.at;
  const [found, others] = [kernels, exact].map(({ backward }) => {
    backward(xTile, dyTile, outTile, ANSWERS.length, block);
    return ANSWERS.map((_, i) => arena.f32[outTile / FLOAT + i]!);
  });
  if (found!.every((dx, i) => Object.is(dx, others![i]))) {
    throw new Error("multiplications are not fused with additions here: simd128 gives the same bits");
  }
}

/** Compares the out tile with a column of the answers. */
function expectColumn(arena: Arena, kernel: string, column: 1 | 2): void {
  for (const [i, answer] of ANSWERS.entries()) {
    expectNear(kernel, answer[0], arena.f32[arena.at.outTile / FLOAT + i]!, answer[column]);
  }
}

/** A minimum or maximum that loses a NaN gives a number here. */
function expectNaN(arena: Arena, kernel: string): void {
  const found = arena.f32[arena.at.outTile / FLOAT]!;
  if (!Number.isNaN(found)) throw new Error(`self-test: ${kernel} at NaN came out as ${found}`);
}

function expectDensities(kernel: string, sums: Float64Array): void {
  const expected = ANSWERS.reduce((sum, [, , , density]) => sum + density, 0);
  const found = densitySum(sums[SUM.smooth]!, sums[SUM.tail]!);
  expectNear(kernel, "all x, the sum of densities", found, expected);
}

function expectNear(kernel: string, x: number | string, found: number, expected: number): void {
  if (Math.abs(found - expected) <= TOLERANCE * Math.max(1, Math.abs(expected))) return;
  throw new Error(`self-test: ${kernel} at ${x} came out as ${found}, expected ${expected}`);
}
