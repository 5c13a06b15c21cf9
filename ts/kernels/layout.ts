// Generated from crate/src/block.rs by `UPDATE_LAYOUT=1 cargo test --test layout`. Do not edit.

/** How the kernels cut an array. */
export const UNITS = {
  columns: 4,
  vectors: 6,
  group: 24,
  groupsAChunk: 16,
  steps: 5,
} as const;

/** Byte offsets in a block, and its size. Constants repeat in every column. */
export const BLOCK = {
  steps: 0,
  vectors: 16,
  magnitude: 32,
  sign: 48,
  zero: 64,
  one: 80,
  clamp: 96,
  smooth: 112,
  tail: 240,
  alpha: 400,
  alphaToggle: 416,
  beta: 432,
  smoothScale: 448,
  tailScale: 464,
  clampedFrom: 480,
  plainTable: 496,
  sums: 512,
  partial: 640,
  size: 1056,
} as const;

/** Rows of a channel table. */
export const ROW = {
  bias: 0,
  alpha: 1,
  beta: 2,
  smoothScale: 3,
  tailScale: 4,
  count: 5,
} as const;

/** Sums over elements. */
export const SUM = {
  negative: 0,
  smooth: 1,
  tail: 2,
  slope: 3,
  count: 4,
} as const;
