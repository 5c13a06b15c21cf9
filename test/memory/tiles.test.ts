/** Promise: every element of an array goes to a kernel once, with its own channel's parameters, in shards of a tile. */
import { describe, expect, it } from "vitest";
import { BLOCK, ROW, SUM, UNITS } from "../../ts/kernels/layout.js";
import {
  type Pass,
  passes,
  passesOf,
  runs,
  type Shard,
  setShard,
  shardCount,
  shardsInOrder,
  wholePass,
} from "../../ts/memory/tiles.js";
import { TABLE_POSITIONS, TILE, tableStride, workspaceAt } from "../../ts/memory/workspace.js";
import type { ChannelLayout } from "../../ts/params.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const DOUBLE = Float64Array.BYTES_PER_ELEMENT;

/** Layouts in each way that tiles.ts has, and at its ends. */
const LAYOUTS: readonly ChannelLayout[] = [
  { outer: 5, channels: 7, inner: 1 },
  { outer: 3, channels: 4, inner: 9 },
  { outer: 1, channels: 1, inner: 1 },
  { outer: 200, channels: 300, inner: 1 },
  { outer: 3, channels: 5, inner: 1023 },
  { outer: 3, channels: 5, inner: 1024 },
  { outer: 2, channels: 2, inner: TILE },
  { outer: 2, channels: 2, inner: TILE + 1 },
  { outer: 1, channels: 3, inner: 2 * TILE + 5 },
  { outer: 2, channels: TABLE_POSITIONS, inner: 1 },
  { outer: 2, channels: TABLE_POSITIONS + 1, inner: 1 },
  { outer: 3, channels: 11, inner: 1000 },
  { outer: 13, channels: TABLE_POSITIONS, inner: 1 },
  { outer: 2, channels: 2 * (TABLE_POSITIONS - (TABLE_POSITIONS % UNITS.group)), inner: 1 },
];

const lengthOf = ({ outer, channels, inner }: ChannelLayout): number => outer * channels * inner;

/** The channel of a pass's position. */
const channelAt = ({ firstChannel, offset, inner }: Pass, position: number): number =>
  firstChannel + Math.floor((offset + position) / inner);

/** Asserts that a shard's elements are of the channels that its pass has at their positions. */
function expectChannels({ channels, inner }: ChannelLayout, pass: Pass, shard: Shard): void {
  for (const i of [0, 1, Math.floor(shard.length / 2), shard.length - 1]) {
    const element = shard.start + i;
    const position = (shard.first + i) % pass.positions;
    const expected = Math.floor(element / inner) % channels;
    if (i < shard.length && channelAt(pass, position) !== expected)
      throw new Error(`element ${element} has channel ${expected}, not that of position ${position}`);
  }
}

describe.each(LAYOUTS.map((layout) => [Object.values(layout).join(" x "), layout] as const))(
  "%s",
  (_, layout) => {
    const length = lengthOf(layout);

    it.each([TILE, 100])("shards of at most %i are all elements once, each with its channel", (most) => {
      const seen = new Uint8Array(length);
      for (const pass of passesOf(layout, length)) {
        expect(pass.positions).toBeLessThanOrEqual(TABLE_POSITIONS);
        const shard: Shard = { start: 0, length: 0, first: 0 };
        for (let k = 0; k < shardCount(pass, most); k++) {
          setShard(shard, pass, k, most);
          expect(shard.length).toBeGreaterThan(0);
          expect(shard.length).toBeLessThanOrEqual(most);
          for (let i = shard.start; i < shard.start + shard.length; i++) seen[i]!++;
          expectChannels(layout, pass, shard);
        }
      }
      expect(seen.every((times) => times === 1)).toBe(true);
    });

    it("shards in order lie one behind the other, and say how many positions were before their pass", () => {
      let next = 0;
      const all = [...passesOf(layout, length)];
      for (const shard of shardsInOrder(layout, length)) {
        expect(shard.start).toBe(next);
        next += shard.length;
        expect(shard.length).toBeLessThanOrEqual(TILE);
        expectChannels(layout, shard.pass, shard);
        const index = all.findIndex(({ start }) => start === shard.pass.start);
        const before = all.slice(0, index).reduce((sum, { positions }) => sum + positions, 0);
        expect(shard.positionsBefore).toBe(before);
      }
      expect(next).toBe(length);
    });

    it("passes are runs where a channel has many elements in a row, and one pass where a table has all", () => {
      const found = [...passes(layout, length)];
      if (layout.inner >= 1024) expect(found).toEqual([...runs(layout)]);
      else if (layout.channels * layout.inner <= TABLE_POSITIONS) {
        expect(found.map(({ count, positions }) => [count, positions])).toEqual([
          [1, layout.channels * layout.inner],
        ]);
      } else {
        // A slice of whole groups, so that a vector has one row of the table.
        for (const { positions } of found.slice(0, -1)) expect(positions % UNITS.group).toBe(0);
        const period = layout.channels * layout.inner;
        const slice = TABLE_POSITIONS - (TABLE_POSITIONS % UNITS.group);
        expect(found).toHaveLength(Math.ceil(period / slice));
      }
    });
  },
);

describe("arrays without channels", () => {
  it.each([0, 1, TILE, TILE + 1, 3 * TILE])("of %i elements have one pass, and shards in order", (length) => {
    expect([...passesOf(undefined, length)]).toEqual([wholePass(length)]);
    const shards = [...shardsInOrder(undefined, length)];
    expect(shards.map(({ start }) => start)).toEqual(
      Array.from({ length: Math.ceil(length / TILE) }, (_, k) => k * TILE),
    );
    expect(shards.reduce((sum, shard) => sum + shard.length, 0)).toBe(length);
    for (const { first, positionsBefore } of shards) expect([first, positionsBefore]).toEqual([0, 0]);
  });

  it.each([
    { outer: 0, channels: 3, inner: 2 },
    { outer: 2, channels: 0, inner: 2 },
    { outer: 2, channels: 3, inner: 0 },
    { outer: 0, channels: 3, inner: 2000 },
    { outer: 2, channels: 0, inner: 2000 },
  ])("of %o have no shards", (layout) => {
    expect([...shardsInOrder(layout, 0)]).toEqual([]);
    for (const pass of passes(layout, 0)) expect(shardCount(pass)).toBe(0);
  });
});

describe("a workspace", () => {
  const stride = tableStride(TABLE_POSITIONS);
  const parts = [
    ["block", BLOCK.size],
    ["xTile", TILE * FLOAT],
    ["dyTile", TILE * FLOAT],
    ["outTile", TILE * FLOAT],
    ["rescueTile", TILE * FLOAT],
    ["table", ROW.count * stride * FLOAT],
    ["totals", SUM.count * stride * (DOUBLE + FLOAT)],
  ] as const;

  it.each([64, 128, 2 ** 20])("at byte %i has room for each part, an odd number of lines apart", (start) => {
    const workspace = workspaceAt(start);
    expect(workspace.block).toBe(start);
    for (const [k, [name, bytes]] of parts.entries()) {
      const next = k + 1 < parts.length ? workspace[parts[k + 1]![0]] : workspace.end;
      expect(workspace[name] % 64).toBe(0);
      expect(next - workspace[name] - Math.ceil(bytes / 64) * 64).toBe(17 * 64);
    }
  });

  it("without input tiles has no room for them", () => {
    const [whole, without] = [workspaceAt(64), workspaceAt(64, false)];
    expect([without.xTile, without.dyTile]).toEqual([64, 64]);
    expect(whole.end - without.end).toBe(2 * (Math.ceil((TILE * FLOAT) / 64) * 64 + 17 * 64));
  });

  it("has a stride of whole vectors, with a group behind the last position", () => {
    for (let positions = 1; positions < 200; positions++) {
      const found = tableStride(positions);
      expect(found % UNITS.columns).toBe(0);
      expect(found - positions - UNITS.group).toBeGreaterThanOrEqual(0);
      expect(found - positions - UNITS.group).toBeLessThan(UNITS.columns);
    }
  });
});
