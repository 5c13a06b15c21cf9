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
  magnitude: 16,
  sign: 32,
  zero: 48,
  one: 64,
  clamp: 80,
  smooth: 96,
  tail: 224,
  alpha: 384,
  alphaToggle: 400,
  beta: 416,
  smoothScale: 432,
  tailScale: 448,
  clampedFrom: 464,
  plainTable: 480,
  sums: 496,
  partial: 624,
  size: 1040,
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
