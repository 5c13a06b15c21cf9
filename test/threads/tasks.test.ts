/** Promise: a call that may be cut anywhere has some pieces a thread, none of them too small to be worth it. */
import { expect, it } from "vitest";
import { UNITS } from "../../ts/kernels/layout.js";
import { TILE } from "../../ts/memory/arena.js";
import { pieceOf } from "../../ts/threads/tasks.js";

/** The most elements below 8,192 that kernels take in whole groups. */
const LEAST = Math.floor(8192 / UNITS.group) * UNITS.group;

it.each([
  [10, 1, LEAST],
  [4 * LEAST, 1, LEAST],
  [4 * LEAST + 1, 1, LEAST + UNITS.group],
  [4 * LEAST + 1, 2, LEAST],
  [96 * 2048, 2, 24 * 1024],
  [4 * TILE, 1, TILE],
  [4 * TILE + 1, 1, TILE],
  [2 ** 30, 8, TILE],
])("%i elements for %i threads: %i each", (length, threads, piece) => {
  expect(pieceOf(length, threads)).toBe(piece);
});
