/** Promise: a channel table is written again for whatever is another table, and for nothing else. */
import { describe, expect, it } from "vitest";
import { TableContents } from "../../ts/memory/table-contents.js";
import type { Pass } from "../../ts/memory/tiles.js";
import type { CheckedParams } from "../../ts/params.js";

const PASS: Pass = {
  firstChannel: 1,
  positions: 6,
  inner: 2,
  offset: 1,
  start: 0,
  length: 6,
  stride: 6,
  count: 1,
};

const NAMES = ["alpha", "beta", "bias"] as const;

/** Parameters with one value a channel, of five channels, and with one value for all. */
function params(perChannel = true): CheckedParams {
  const of = (from: number): CheckedParams["alpha"] => ({
    perChannel,
    values: Float32Array.from({ length: 5 }, (_, c) => from + c),
  });
  return { alpha: of(1), beta: of(11), bias: of(21), layout: { outer: 1, channels: 5, inner: 2 } };
}

/** Contents of which the table of these was written. */
function written(of: CheckedParams, pass = PASS, scale = 1): TableContents {
  const contents = new TableContents();
  expect(contents.holds(of, pass, scale)).toBe(false);
  contents.written();
  expect(contents.holds(of, pass, scale)).toBe(true);
  return contents;
}

describe.each([true, false])("of values a channel: %s", (perChannel) => {
  const same = params(perChannel);

  it("holds what was written, however often it is asked", () => {
    const contents = written(same);
    for (let k = 0; k < 3; k++) expect(contents.holds(params(perChannel), PASS, 1)).toBe(true);
  });

  it.each(NAMES)("does not hold another %s, in any of the channels of the pass", (name) => {
    // Channels 1 to 4: the pass has the second half of channel 1, 2, 3 and the first half of 4.
    for (const channel of perChannel ? [1, 2, 3, 4] : [0]) {
      const other = params(perChannel);
      other[name].values[channel] = 99;
      const contents = written(same);
      expect(contents.holds(other, PASS, 1), `channel ${channel}`).toBe(false);
      contents.written();
      expect(contents.holds(other, PASS, 1)).toBe(true);
      expect(contents.holds(same, PASS, 1)).toBe(false);
    }
  });

  it.each(NAMES)("holds another %s in a channel that the pass has not", (name) => {
    const other = params(perChannel);
    other[name].values[perChannel ? 0 : 1] = 99;
    expect(written(same).holds(other, PASS, 1)).toBe(true);
  });

  it.each(NAMES)("tells 0 of %s from -0, and knows a NaN", (name) => {
    const channel = perChannel ? 1 : 0;
    const [zero, minus, nan] = [0, -0, Number.NaN].map((value) => {
      const of = params(perChannel);
      of[name].values[channel] = value;
      return of;
    });
    expect(written(zero!).holds(minus!, PASS, 1)).toBe(false);
    expect(written(nan!).holds(nan!, PASS, 1)).toBe(true);
  });
});

describe("a table", () => {
  const { positions, inner, offset } = PASS;

  it.each([
    ["positions", { positions: positions - 1 }],
    ["inner", { inner: inner + 1 }],
    ["offset", { offset: offset - 1 }],
  ])("of other %s is another", (_, change) => {
    const flat = params(false);
    const pass = { ...PASS, ...change };
    const contents = written(flat);
    expect(contents.holds(flat, pass, 1)).toBe(false);
    contents.written();
    expect(contents.holds(flat, pass, 1)).toBe(true);
  });

  it("of another scale is another", () => {
    const contents = written(params());
    expect(contents.holds(params(), PASS, 2)).toBe(false);
    contents.written();
    expect(contents.holds(params(), PASS, 2)).toBe(true);
  });

  it("of other first channels with other values is another, and with the same values the same", () => {
    const shifted = { ...PASS, firstChannel: 0 };
    expect(written(params()).holds(params(), shifted, 1)).toBe(false);
    expect(written(params(false)).holds(params(false), shifted, 1)).toBe(true);
  });

  it("of values a channel is another than that of one value, though the first values are the same", () => {
    const one = params(false);
    for (const name of NAMES) one[name].values.fill(params()[name].values[1]!);
    const few = params();
    for (const name of NAMES) few[name].values.fill(params()[name].values[1]!);
    expect(written(few).holds(one, PASS, 1)).toBe(false);
    expect(written(one).holds(few, PASS, 1)).toBe(false);
  });

  it("that was asked for and not written is not held", () => {
    const contents = written(params());
    const other = params();
    other.beta.values[2] = 99;
    expect(contents.holds(other, PASS, 1)).toBe(false);
    // As after a call that ended in between.
    expect(contents.holds(other, PASS, 1)).toBe(false);
    expect(contents.holds(params(), PASS, 1)).toBe(false);
    expect(new TableContents().holds(params(), PASS, 1)).toBe(false);
  });
});
