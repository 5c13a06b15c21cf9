/**
 * What no kernel can be faster than: memory.copy, a ReLU, and the multiplications and additions alone.
 *
 * A module of a few lines in WebAssembly's text, made here, so that everybody has the same limits beside the
 * kernels. It imports the kernels' own memory: the limits read and write the very same arrays.
 */
import binaryen from "binaryen";

/** Pointers are byte addresses; `length` is above 0, and a multiple of {@link STEP} or of {@link ARITHMETIC_STEP}. */
export interface Limits {
  copy(x: number, y: number, length: number): void;
  relu(x: number, y: number, length: number): void;
  /** The operations of forward on `length` elements, in registers, none waiting for another. */
  arithmetic: Readonly<Record<ArithmeticTier, (length: number, one: number, zero: number) => number>>;
}

const LANES = 4;
const BYTES = 4;

/** Elements that the loop of the ReLU handles at a time. */
export const STEP = 24;

/**
 * Multiplications and additions that forward has for a vector: 13 and 11, and with seven of each fused 17 in all.
 * What else it does (clamp, leaky part, loads) may run on other ports.
 */
const OPERATIONS = { simd128: 24, "relaxed-simd": 17 } as const;

export type ArithmeticTier = keyof typeof OPERATIONS;

/** Vectors whose operations take turns, each in a register of its own; with two operands, 14 of V8's 15. */
const CHAINS = 12;

export const ARITHMETIC_STEP = CHAINS * LANES;

/** What `arithmetic` returns for 1 and 0: the sum of its chains, which count from 1. */
export const ARITHMETIC_RESULT = (CHAINS * (CHAINS + 1)) / 2;

/** The limits on arrays in `memory`. */
export function limitsOn(memory: WebAssembly.Memory): Limits {
  const exports = new WebAssembly.Instance(compiled(), { host: { memory } }).exports as unknown as Exports;
  const arithmetic = { simd128: exports.simd128, "relaxed-simd": exports["relaxed-simd"] };
  return { copy: exports.copy, relu: exports.relu, arithmetic };
}

type Exports = Pick<Limits, "copy" | "relu"> & Limits["arithmetic"];

let once: WebAssembly.Module | undefined;

function compiled(): WebAssembly.Module {
  if (once !== undefined) return once;
  const module = binaryen.parseText(TEXT);
  module.setFeatures(
    binaryen.Features.SIMD128 | binaryen.Features.BulkMemory | binaryen.Features.BulkMemoryOpt,
  );
  once = new WebAssembly.Module(module.emitBinary() as Uint8Array<ArrayBuffer>);
  module.dispose();
  return once;
}

function repeat(count: number, line: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => line(i)).join("\n");
}

/** pmax(0, x) is x where 0 < x and 0 elsewhere: one instruction, and the ReLU of every framework. */
const RELU = repeat(STEP / LANES, (i) => {
  const offset = i * LANES * BYTES;
  return `(v128.store offset=${offset} (local.get $y)
    (f32x4.pmax (local.get $zero) (v128.load offset=${offset} (local.get $x))))`;
});

/** One operation of every chain: a multiplication by one, or an addition of zero. */
function round(i: number): string {
  const [operation, operand] = i % 2 === 0 ? ["mul", "$one"] : ["add", "$zero"];
  return repeat(
    CHAINS,
    (k) => `(local.set $c${k} (f32x4.${operation} (local.get $c${k}) (local.get ${operand})))`,
  );
}

function arithmetic(tier: ArithmeticTier): string {
  return `(func (export "${tier}") (param $length i32) (param $a f32) (param $b f32) (result f32)
    (local $one v128) (local $zero v128)
    ${repeat(CHAINS, (k) => `(local $c${k} v128)`)}
    (local.set $one (f32x4.splat (local.get $a)))
    (local.set $zero (f32x4.splat (local.get $b)))
    ${repeat(CHAINS, (k) => `(local.set $c${k} (f32x4.splat (f32.const ${k + 1})))`)}
    (loop $next
      ${repeat(OPERATIONS[tier], round)}
      (br_if $next (local.tee $length (i32.sub (local.get $length) (i32.const ${ARITHMETIC_STEP})))))
    ${repeat(CHAINS - 1, () => "(f32x4.add")} (local.get $c0)
    ${repeat(CHAINS - 1, (k) => `(local.get $c${k + 1}))`)}
    f32x4.extract_lane 0)`;
}

const TEXT = `(module
  (import "host" "memory" (memory 1))

  (func (export "copy") (param $x i32) (param $y i32) (param $length i32)
    (memory.copy (local.get $y) (local.get $x) (i32.mul (local.get $length) (i32.const ${BYTES}))))

  (func (export "relu") (param $x i32) (param $y i32) (param $length i32)
    (local $end i32) (local $zero v128)
    (local.set $end (i32.add (local.get $x) (i32.mul (local.get $length) (i32.const ${BYTES}))))
    (loop $next
      ${RELU}
      (local.set $y (i32.add (local.get $y) (i32.const ${STEP * BYTES})))
      (local.set $x (i32.add (local.get $x) (i32.const ${STEP * BYTES})))
      (br_if $next (i32.ne (local.get $x) (local.get $end)))))

  ${arithmetic("simd128")}
  ${arithmetic("relaxed-simd")})`;
