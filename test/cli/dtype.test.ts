/**
 * Promise: values of every dtype become the nearest float32, and float32 values the nearest of every dtype; those that
 * become infinite are counted.
 */
import { describe, expect, it } from "vitest";
import { Codec, DTYPES, type Dtype } from "../../ts/npy/dtype.js";
import { formatShape, memoryShape } from "../../ts/npy/header.js";
import { dtype } from "../support/command.js";

/** Room for more values than are used: what is beyond them is neither read nor written. */
const ROOM = 5;

/** The bytes of numbers, of every dtype, by what reads and writes them elsewhere. */
function bytesOf({ name, descr }: Dtype, values: readonly number[]): Uint8Array {
  const size = { float16: 2, float32: 4, float64: 8 }[name];
  const view = new DataView(new ArrayBuffer(values.length * size));
  const isLittle = descr.startsWith("<");
  for (const [i, value] of values.entries()) {
    if (name === "float64") view.setFloat64(8 * i, value, isLittle);
    else if (name === "float32") view.setFloat32(4 * i, value, isLittle);
    else view.setUint16(2 * i, FLOAT16.get(value)!, isLittle);
  }
  return new Uint8Array(view.buffer);
}

/** Bits of float16. */
const FLOAT16 = new Map([
  [1, 0x3c00],
  [-0.5, 0xb800],
  [65504, 0x7bff],
  [Infinity, 0x7c00],
  [-Infinity, 0xfc00],
]);

const VALUES = [-0.5, 65504, -Infinity];

describe.each(DTYPES.map((each) => [each.descr, each] as const))("%s", (_, each) => {
  it("is read, up to the length that is asked for", () => {
    const values = new Float32Array(ROOM).fill(7);
    const codec = new Codec(each, values);
    codec.bytes(ROOM).set(bytesOf(each, [1, 1, 1, 1, 1]));
    codec.bytes(3).set(bytesOf(each, VALUES));
    expect(codec.bytes(3)).toHaveLength(3 * each.itemsize);
    expect([...codec.decode(3)]).toEqual(VALUES);
    expect([...values.subarray(0, 3)]).toEqual(VALUES);
    if (each.name !== "float32") expect([...values.subarray(3)]).toEqual([7, 7]);
    expect(codec.overflows).toBe(0);
  });

  it("is written, up to the length that is asked for", () => {
    const values = new Float32Array(ROOM);
    const codec = new Codec(each, values);
    const beyond = codec.bytes(ROOM).slice(3 * each.itemsize);
    values.set(VALUES);
    codec.encode(3);
    expect(codec.bytes(3)).toEqual(bytesOf(each, VALUES));
    expect(codec.bytes(ROOM).slice(3 * each.itemsize)).toEqual(beyond);
    expect(codec.overflows).toBe(0);
  });
});

it("doubles that float32 has not are counted, and others not", () => {
  const values = new Float32Array(ROOM);
  const codec = new Codec(dtype("<f8"), values);
  const doubles = [1e39, -1e39, Infinity, 3e38, Number.NaN];
  codec.bytes(ROOM).set(bytesOf(dtype("<f8"), doubles));
  // As they were before they were rounded.
  expect([...codec.decode(4)]).toEqual(doubles.slice(0, 4));
  expect([...values.subarray(0, 4)]).toEqual([Infinity, -Infinity, Infinity, Math.fround(3e38)]);
  expect(codec.overflows).toBe(2);
  codec.bytes(1).set(bytesOf(dtype("<f8"), [-2e300]));
  codec.decode(1);
  expect(codec.overflows).toBe(3);
});

it("a double beyond those that are read is not counted", () => {
  const codec = new Codec(dtype("<f8"), new Float32Array(2));
  codec.bytes(2).set(bytesOf(dtype("<f8"), [1, 1e39]));
  codec.decode(1);
  expect(codec.overflows).toBe(0);
});

it("float32 values that float16 has not are counted, and others not", () => {
  const values = Float32Array.of(65520, -70000, Infinity, 65519, 1e5);
  const codec = new Codec(dtype("<f2"), values);
  codec.encode(4);
  expect(codec.bytes(4)).toEqual(bytesOf(dtype("<f2"), [Infinity, -Infinity, Infinity, 65504]));
  expect(codec.overflows).toBe(2);
});

it("a shape is written as Python does, and is that of memory in either order", () => {
  expect([[], [3], [3, 4]].map(formatShape)).toEqual(["()", "(3,)", "(3, 4)"]);
  const [rows, columns] = [false, true].map((fortranOrder) =>
    memoryShape({ dtype: dtype("<f4"), fortranOrder, shape: [2, 3, 4] }),
  );
  expect(rows).toEqual([2, 3, 4]);
  expect(columns).toEqual([4, 3, 2]);
});
