/** Inputs for the rows, and what their results must be near to. */

/** Values spread evenly over -4 to 4, the same each time. */
export function activations(length: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32) * 8 - 4;
  });
}

/** Throws unless every value is within `tolerance` of what is expected. */
export function expectNear(
  what: string,
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(found[i]! - expected[i]!) <= tolerance)) {
      throw new Error(`${what}: element ${i} is ${found[i]}, expected ${expected[i]}.`);
    }
  }
}
