/**
 * What no kernel can be faster than: memory.copy, a ReLU, and the multiplications and additions alone.
 *
 * A module of a few lines in WebAssembly's text, made here, so that everybody has the same limits beside the
 * kernels. It imports the kernels' own memory: the limits read and write the very same arrays.
 */
import binaryen from "binaryen";

/** Pointers are byte addresses; `length` is a multiple of {@link STEP}, above 0. */
export interface Limits {
  copy(x: number, y: number, length: number): void;
  relu(x: number, y: number, length: number): void;
  /**
   * As many rounds of {@link ARITHMETIC} multiplications and as many additions a vector as there are vectors in
   * `length`, in registers, in chains enough that none waits for another.
   */
  arithmetic(length: number, one: number, zero: number): number;
}

/** Elements that the loops handle at a time. */
export const STEP = 24;

/** Multiplications a vector, and additions. */
export const ARITHMETIC = 12;

/** Chains of operations, each with a register of its own; with the two operands they leave one of V8's 15 free. */
const CHAINS = 12;

const LANES = 4;
const BYTES = 4;

/** The limits on arrays in `memory`. */
export function limitsOn(memory: WebAssembly.Memory): Limits {
  const { exports } = new WebAssembly.Instance(compiled(), { host: { memory } });
  return exports as unknown as Limits;
}

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

const repeat = (count: number, line: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join("\n");

/** pmax(0, x) is x where 0 < x and 0 elsewhere: one instruction, and the ReLU of every framework. */
const RELU = repeat(STEP / LANES, (i) => {
  const offset = i * LANES * BYTES;
  return `(v128.store offset=${offset} (local.get $y)
    (f32x4.pmax (local.get $zero) (v128.load offset=${offset} (local.get $x))))`;
});

/** Six vectors' operations, as rounds over all chains. */
const ROUND = repeat(
  CHAINS,
  (i) => `(local.set $c${i} (f32x4.mul (local.get $c${i}) (local.get $one)))`,
).concat(
  "\n",
  repeat(CHAINS, (i) => `(local.set $c${i} (f32x4.add (local.get $c${i}) (local.get $zero)))`),
);

const ROUNDS = (ARITHMETIC * (STEP / LANES)) / CHAINS;

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

  (func (export "arithmetic") (param $length i32) (param $a f32) (param $b f32) (result f32)
    (local $one v128) (local $zero v128)
    ${repeat(CHAINS, (i) => `(local $c${i} v128)`)}
    (local.set $one (f32x4.splat (local.get $a)))
    (local.set $zero (f32x4.splat (local.get $b)))
    ${repeat(CHAINS, (i) => `(local.set $c${i} (f32x4.splat (f32.const ${i + 1})))`)}
    (loop $next
      ${repeat(ROUNDS, () => ROUND)}
      (br_if $next (local.tee $length (i32.sub (local.get $length) (i32.const ${STEP})))))
    ${repeat(CHAINS - 1, () => "(f32x4.add")} (local.get $c0)
    ${repeat(CHAINS - 1, (i) => `(local.get $c${i + 1}))`)}
    f32x4.extract_lane 0))`;
