/**
 * Promise: a verb writes its outputs and nothing beside them, for every length up to 1,024 at every place of a cache
 * line (16 of them: a Float32Array begins at a multiple of 4 bytes), out of place, in place and overlapping both ways,
 * on each tier, in the arena and in a memory that is another's.
 *
 * `npm test` takes each length at one place; `npm run test:fuzz` at all.
 */
import { afterAll, describe, expect, it } from "vitest";
import type { Sau, SauParams } from "../../ts/index.js";
import { UNITS } from "../../ts/kernels/layout.js";
import { Field, nearAndFar } from "../support/field.js";
import { lodge } from "../support/foreign.js";
import { isThorough } from "../support/fuzz-budget.js";
import { randomNumbers, uniformArray } from "../support/numbers.js";
import { availableTiers, sauOfEachTier } from "../support/tiers.js";

const MAX_LENGTH = 1024;
const OFFSETS = 16;
const LENGTH_STEP = isThorough ? 1 : OFFSETS;
/** Guard values on each side of an array: more than a group, so that a padded group written whole is seen. */
const GUARD = 2 * UNITS.group;
/** Room for an array that begins in its middle third, shifted by its length at most. */
const ROOM = GUARD + 3 * MAX_LENGTH + OFFSETS + GUARD;
/** Room for x and dx, and for dy. */
const FIELD = ROOM + GUARD + MAX_LENGTH + OFFSETS + GUARD;
/** Where x begins at offset 0: a cache line's first byte, as the field does. */
const MIDDLE = Math.ceil((GUARD + MAX_LENGTH) / OFFSETS) * OFFSETS;

const random = randomNumbers(3);
const BEFORE = uniformArray(FIELD, 1e3, random);
const X = nearAndFar(MAX_LENGTH, random);
const DY = uniformArray(MAX_LENGTH, 2, random);
const CHANNEL_ALPHA = uniformArray(MAX_LENGTH, 2, random);
const NUMBERS: SauParams = { alpha: 0.25, beta: 2 };

/** Parameters of a call: numbers, and one value a channel, which goes through the channel table. */
function paramsFor(length: number, offset: number): SauParams {
  if ((length + offset) % 4 !== 0) return NUMBERS;
  return { alpha: CHANNEL_ALPHA.subarray(0, length), beta: 2, shape: [length], channelAxis: 0 };
}

/** How far an output may lie from its input: not at all, and overlapping it by one value, by all but one, by some. */
function shiftsFor(length: number, offset: number): number[] {
  const some = 1 + ((7 * length + 3 * offset) % Math.max(length - 1, 1));
  return [0, ...[1, some, Math.max(length - 1, 1)].flatMap((shift) => [shift, -shift])];
}

/** A Sau, and a field in the memory that it works in. */
interface Place {
  readonly sau: Sau;
  readonly array: Float32Array;
  /** Asserts what the whole memory must keep. */
  readonly check: () => void;
}

function inArena(sau: Sau): Place {
  const before = sau.alloc(MAX_LENGTH);
  const field = sau.alloc(FIELD);
  const after = sau.alloc(MAX_LENGTH);
  const check = (): void => {
    const isZero = [before, after].every((tensor) => tensor.array.every((value) => value === 0));
    expect(isZero, "the tensors on both sides keep their values").toBe(true);
  };
  return { sau, array: field.array, check };
}

function inForeignMemory(tier: ReturnType<typeof availableTiers>[number], shared: boolean): Place {
  if (tier === "js") throw new Error("The js tier has no kernels that could work in a WebAssembly memory.");
  const { sau, memory, from, to } = lodge(tier, shared);
  const all = new Uint8Array(memory.buffer);
  const fieldAt = to + 64 - (to % 64);
  const fieldEnd = fieldAt + FIELD * Float32Array.BYTES_PER_ELEMENT;
  if (fieldEnd > all.length) throw new Error("the field does not fit");
  const owned = [all.subarray(0, from), all.subarray(to, fieldAt), all.subarray(fieldEnd)];
  for (const bytes of owned) bytes.set(bytes.map((_, i) => 37 * i + 11));
  const kept = owned.map((bytes) => bytes.slice());
  const check = (): void => {
    for (const [i, bytes] of owned.entries()) {
      expect(Buffer.compare(bytes, kept[i]!), `stretch ${i} of the owner's memory keeps its bytes`).toBe(0);
    }
  };
  return { sau, array: new Float32Array(memory.buffer, fieldAt, FIELD), check };
}

const saus = sauOfEachTier();
afterAll(() => {
  for (const sau of saus) sau.dispose();
});

const PLACES: [string, Place][] = [
  ...saus.map((sau): [string, Place] => [`${sau.tier}, in its arena`, inArena(sau)]),
  ...availableTiers()
    .filter((tier) => tier !== "js")
    .flatMap((tier): [string, Place][] => [
      [`${tier}, in another's memory`, inForeignMemory(tier, false)],
      [`${tier}, in another's shared memory`, inForeignMemory(tier, true)],
    ]),
];

describe.each(PLACES)("%s", (_, { sau, array, check }) => {
  const field = new Field(array, BEFORE);

  /** Every length and offset of this run, and what an output's place is called in a message. */
  function* lengthsAndOffsets(): Generator<[length: number, offset: number]> {
    for (let offset = 0; offset < OFFSETS; offset++) {
      for (let length = offset % LENGTH_STEP; length <= MAX_LENGTH; length += LENGTH_STEP)
        yield [length, offset];
      yield [MAX_LENGTH, offset];
    }
  }

  it("forward writes y alone", () => {
    for (const [length, offset] of lengthsAndOffsets()) {
      const params = paramsFor(length, offset);
      const x = X.subarray(0, length);
      const y = sau.forward(x, params);
      const at = MIDDLE + offset;
      for (const outAt of [ROOM + GUARD, ...shiftsFor(length, offset).map((shift) => at + shift)]) {
        field.reset();
        const given = field.put(x, at);
        sau.forward(given, params, { out: field.at(outAt, length) });
        field.expectOnly(y, outAt, () => `length ${length}, x at ${at}, out at ${outAt}`);
      }
    }
    check();
  });

  it("backward writes dx alone", () => {
    for (const [length, offset] of lengthsAndOffsets()) {
      const params = paramsFor(length, offset);
      const want = length % 2 === 0 ? (["dx"] as const) : (["dx", "alpha"] as const);
      const [x, dy] = [X.subarray(0, length), DY.subarray(0, length)];
      const expected = sau.backward(x, dy, params, { want }).dx;
      const dyAt = ROOM + GUARD + (OFFSETS - 1 - offset);
      const xAt = MIDDLE + offset;
      const shifts = shiftsFor(length, offset);
      // Over x in every way, and over dy in place and by one value.
      const dxAts = [GUARD + offset, ...shifts.map((shift) => xAt + shift), dyAt, dyAt - 1, dyAt + 1];
      for (const dxAt of dxAts) {
        field.reset();
        const given = [field.put(x, xAt), field.put(dy, dyAt)] as const;
        sau.backward(...given, params, { want, out: { dx: field.at(dxAt, length) } });
        field.expectOnly(expected, dxAt, () => `length ${length}, x at ${xAt}, dy at ${dyAt}, dx at ${dxAt}`);
      }
    }
    check();
  });
});
