/** How the sums of kernel calls become sums a channel: one after the other, in the order of tiles.ts. */
import { SUM } from "../kernels/layout.js";
import type { ChannelLayout } from "../params.js";
import { TABLE_POSITIONS } from "./arena.js";
import type { Pass } from "./tiles.js";

/** The sums of one pass, growing shard by shard. Kind after kind, one value a position. */
export class PassSums {
  readonly #sums: Float64Array;
  #count: number;

  /** @param sums what there is of one pass, if it has begun elsewhere: that grows on */
  constructor(sums?: Float64Array) {
    this.#sums = sums ?? new Float64Array(SUM.count * TABLE_POSITIONS);
    this.#count = this.#sums.length;
  }

  /** Starts a pass. */
  begin({ positions }: Pass): void {
    this.#count = SUM.count * positions;
    this.#sums.fill(0, 0, this.#count);
  }

  /** Adds a shard's sums, which begin at `from` of `shard`. */
  add(shard: Float64Array, from: number): void {
    const sums = this.#sums;
    for (let k = 0; k < this.#count; k++) sums[k]! += shard[from + k]!;
  }

  /** Adds the pass's sums to those of its positions' channels: kind after kind, one value a channel. */
  addTo(channelSums: Float64Array, layout: ChannelLayout | undefined, pass: Pass): void {
    const channels = layout?.channels ?? 1;
    for (let kind = 0; kind < SUM.count; kind++) {
      for (let position = 0; position < pass.positions; position++) {
        const channel = pass.firstChannel + Math.floor((pass.offset + position) / pass.inner);
        channelSums[kind * channels + channel]! += this.#sums[kind * pass.positions + position]!;
      }
    }
  }
}
