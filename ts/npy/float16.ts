/**
 * IEEE 754 binary16 to float32 and back, as bits: Node 20 has neither Float16Array nor DataView.getFloat16.
 *
 * Every float16 is a float32. The way back rounds to nearest, ties to even, subnormals included; NaN stays NaN
 * and keeps the upper bits of its payload.
 */

/** Bits of float32 that float16's mantissa lacks. */
const DROPPED = 23 - 10;

/** float32's exponent bias less float16's, where the exponent is. */
const REBIAS = (127 - 15) << 23;

const SIGN = 0x8000;
const INFINITY_16 = 0x7c00;
const INFINITY_32 = 0x7f80_0000;

/** 2^16 as float32: beyond everything that float16 has. Below it, rounding alone can give infinity. */
const BEYOND = 0x4780_0000;

/** 2^-14, the smallest normal float16, as float32. */
const SMALLEST_NORMAL = 0x3880_0000;

/** 2^-25 as float32: half of the smallest float16, which rounds to 0. */
const HALF_OF_SMALLEST = 0x3300_0000;

/** The exponent, as float32 stores it, of a mantissa with 23 bits whose unit is 2^-24, float16's smallest. */
const SUBNORMAL_EXPONENT = 126;

/** The float32's bits of a float16's. */
export function float16ToFloat32(half: number): number {
  const sign = (half & SIGN) << 16;
  const magnitude = half & ~SIGN;
  if (magnitude >= INFINITY_16) return sign | INFINITY_32 | (magnitude << DROPPED);
  if (magnitude >= 0x0400) return sign | ((magnitude << DROPPED) + REBIAS);
  if (magnitude === 0) return sign;
  // Subnormal here, normal there: the leading one moves up to where it is not stored.
  const shift = Math.clz32(magnitude) - (31 - 23);
  return sign | (((SUBNORMAL_EXPONENT - shift) << 23) + ((magnitude << shift) - 0x80_0000));
}

/** The float16's bits of a float32's. */
export function float32ToFloat16(bits: number): number {
  const sign = (bits >>> 16) & SIGN;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude >= BEYOND) {
    if (magnitude <= INFINITY_32) return sign | INFINITY_16;
    // The highest bit of the payload makes a NaN quiet, and keeps it one.
    return sign | INFINITY_16 | 0x0200 | ((magnitude >>> DROPPED) & 0x03ff);
  }
  if (magnitude >= SMALLEST_NORMAL) return sign | roundOff(magnitude - REBIAS, DROPPED);
  if (magnitude <= HALF_OF_SMALLEST) return sign;
  const mantissa = (magnitude & 0x7f_ffff) | 0x80_0000;
  return sign | roundOff(mantissa, SUBNORMAL_EXPONENT - (magnitude >>> 23));
}

/** `value` without its last `count` bits, rounded to nearest, ties to even. A carry runs on into the exponent. */
function roundOff(value: number, count: number): number {
  const lastBit = (value >>> count) & 1;
  return (value + (1 << (count - 1)) - 1 + lastBit) >>> count;
}
