/** Promise: what the arena copies, adds and multiplies is what was named and nothing beside it, before and after growth. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { DisposedError } from "../../ts/index.js";
import { BLOCK } from "../../ts/kernels/layout.js";
import { ADDRESS, Arena, INITIAL_PAGES, JsMemory } from "../../ts/memory/arena.js";
import { detach } from "../support/buffers.js";
import { randomNumbers, uniformArray } from "../support/numbers.js";

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const PAGE = 65536;

afterEach(() => {
  vi.unstubAllGlobals();
});

/** Where the tests' values lie, and how many lie around them. */
const AT = ADDRESS.xTile;
const ROOM = 400;

const random = randomNumbers(14);
const VALUES = uniformArray(ROOM, 3, random);

/** An arena of its own with {@link VALUES} at {@link AT}. */
function filled(): Arena {
  const arena = new Arena(new JsMemory(INITIAL_PAGES));
  arena.f32.set(VALUES, AT / FLOAT);
  return arena;
}

/** The arena's values now. */
function now(arena: Arena): number[] {
  return [...arena.f32.subarray(AT / FLOAT, AT / FLOAT + ROOM)];
}

/** {@link VALUES}, of which `change` made others. */
function changed(change: (values: Float32Array) => void): number[] {
  const values = VALUES.slice();
  change(values);
  return [...values];
}

describe.each([0, 1, 5, 63, 64, 65, 130])("of %i values", (length) => {
  const source = uniformArray(300, 9, random);

  it.each([0, 1, 40])("copies in from value %i", (start) => {
    const arena = filled();
    arena.copyIn(AT + 10 * FLOAT, source, start, length);
    expect(now(arena)).toEqual(changed((values) => values.set(source.subarray(start, start + length), 10)));
  });

  it("copies in a whole array, and one that begins in the middle of its buffer", () => {
    for (const array of [source.slice(0, length), source.subarray(7, 7 + length)]) {
      const arena = filled();
      arena.copyIn(AT, array, 0, length);
      expect(now(arena)).toEqual(changed((values) => values.set(array)));
    }
  });

  it.each([0, 1, 40])("copies out to value %i, and adds out", (start) => {
    const arena = filled();
    const part = VALUES.subarray(20, 20 + length);
    const [copied, added] = [source.slice(), source.slice()];
    arena.copyOut(AT + 20 * FLOAT, copied, start, length);
    arena.addOut(AT + 20 * FLOAT, added, start, length);
    const expected = source.slice();
    expected.set(part, start);
    expect([...copied]).toEqual([...expected]);
    for (let i = 0; i < length; i++) expected[start + i] = source[start + i]! + part[i]!;
    expect([...added]).toEqual([...expected]);
    expect(now(arena)).toEqual([...VALUES]);
  });

  it("sums, multiplies, copies and adds within", () => {
    const part = VALUES.subarray(30, 30 + length);
    const arena = filled();
    expect(arena.sum(AT + 30 * FLOAT, length)).toBe(part.reduce((sum, value) => sum + value, 0));
    arena.multiply(AT + 30 * FLOAT, length, 0.5);
    expect(now(arena)).toEqual(
      changed((values) => {
        for (let i = 0; i < length; i++) values[30 + i]! *= 0.5;
      }),
    );
    const copying = filled();
    copying.copyWithin(AT + 200 * FLOAT, AT + 30 * FLOAT, length);
    expect(now(copying)).toEqual(changed((values) => values.copyWithin(200, 30, 30 + length)));
    const adding = filled();
    adding.addWithin(AT + 200 * FLOAT, AT + 30 * FLOAT, length);
    expect(now(adding)).toEqual(
      changed((values) => {
        for (let i = 0; i < length; i++) values[200 + i]! += values[30 + i]!;
      }),
    );
  });
});

describe("views", () => {
  it("are those of the memory as it is, whichever is asked first after it has grown", () => {
    for (const view of ["f32", "f64", "i32"] as const) {
      const arena = filled();
      arena.memory.grow(1);
      expect(arena[view].buffer, view).toBe(arena.memory.buffer);
      expect(arena[view].byteLength, view).toBe((INITIAL_PAGES + 1) * PAGE);
    }
    for (const view of ["f32", "i32"] as const) {
      const arena = filled();
      const before = arena.block[view];
      expect(arena.block[view]).toBe(before);
      expect([before.byteOffset, before.byteLength]).toEqual([ADDRESS.block, BLOCK.size]);
      arena.memory.grow(1);
      const after = arena.block[view];
      expect(after.buffer).toBe(arena.memory.buffer);
      expect([after.byteOffset, after.byteLength]).toEqual([ADDRESS.block, BLOCK.size]);
    }
    const arena = filled();
    arena.memory.grow(1);
    expect(now(arena)).toEqual([...VALUES]);
  });

  it("of one place are one and the same until the memory grows", () => {
    const arena = filled();
    const view = arena.viewAt(AT, 10);
    expect(arena.viewAt(AT, 10)).toBe(view);
    expect([...view]).toEqual([...VALUES.subarray(0, 10)]);
    expect([...arena.viewAt(AT + FLOAT, 10)]).toEqual([...VALUES.subarray(1, 11)]);
    expect([...arena.viewAt(AT + FLOAT, 11)]).toEqual([...VALUES.subarray(1, 12)]);
    const last = arena.viewAt(AT, 10);
    expect(arena.isCurrent(last)).toBe(true);
    arena.memory.grow(1);
    expect(arena.isCurrent(last)).toBe(false);
    expect([...arena.viewAt(AT, 10)]).toEqual([...VALUES.subarray(0, 10)]);
  });

  it("follow a memory that another thread has made grow", () => {
    const memory = new WebAssembly.Memory({
      initial: INITIAL_PAGES,
      maximum: INITIAL_PAGES + 9,
      shared: true,
    });
    const arena = new Arena(memory, ADDRESS, false);
    expect(arena.pages).toBe(INITIAL_PAGES);
    memory.grow(2);
    expect(arena.pages).toBe(INITIAL_PAGES);
    arena.follow(INITIAL_PAGES);
    expect(arena.pages).toBe(INITIAL_PAGES);
    arena.follow(INITIAL_PAGES + 1);
    expect(arena.pages).toBe(INITIAL_PAGES + 2);
    expect(arena.block.f32.buffer).toBe(memory.buffer);
  });

  it("of a buffer that somebody detached are a DisposedError", () => {
    const memory = new JsMemory(INITIAL_PAGES);
    const arena = new Arena(memory);
    detach(memory.buffer);
    expect(() => arena.f32).toThrow(new DisposedError("This Sau, whose buffer is detached,"));
  });
});

describe("addresses", () => {
  it("are those of arrays in this memory, and where the kernels work there are none for the caller", () => {
    const arena = filled();
    const at = arena.allocate(40);
    expect(arena.addressOf(arena.newView(at, 40))).toBe(at);
    expect(arena.addressOf(new Float32Array(40))).toBe(-1);
    const refused =
      /^An array begins at byte \d+ of the arena's buffer, expected one from alloc\(\): the kernels' own memory lies there\.$/;
    for (const [byte, length] of [
      [ADDRESS.block, 1],
      [ADDRESS.end - FLOAT, 1],
      [0, 17],
      [FLOAT, 16],
    ] as const) {
      const array = arena.newView(byte, length);
      expect(() => arena.addressOf(array), `${length} values at byte ${byte}`).toThrow(refused);
      expect(() => arena.checkPlace(array), `${length} values at byte ${byte}`).toThrow(refused);
    }
    // The first line is nobody's.
    for (const [byte, length] of [
      [0, 16],
      [15 * FLOAT, 1],
    ] as const) {
      expect(arena.addressOf(arena.newView(byte, length))).toBe(byte);
      expect(() => arena.checkPlace(arena.newView(byte, length))).not.toThrow();
    }
    // Nothing is written to an empty one, wherever it lies.
    for (const byte of [ADDRESS.block, ADDRESS.end - FLOAT]) {
      expect(arena.addressOf(arena.newView(byte, 0))).toBe(byte);
    }
    expect(arena.addressOf(arena.newView(ADDRESS.end, 1))).toBe(ADDRESS.end);
  });

  it("views from before a shared memory grew have none, and are refused where the kernels work", () => {
    const pages = INITIAL_PAGES;
    const arena = new Arena(new WebAssembly.Memory({ initial: pages, maximum: pages + 2, shared: true }));
    const [own, kernels, first] = [
      arena.newView(ADDRESS.end, 8),
      arena.newView(ADDRESS.block, 1),
      arena.newView(0, 1),
    ];
    for (const grown of [1, 2]) {
      arena.memory.grow(1);
      arena.refresh();
      expect(arena.pages).toBe(pages + grown);
      expect(arena.addressOf(own)).toBe(-1);
      expect(arena.addressOf(first)).toBe(-1);
      expect(() => arena.addressOf(kernels)).toThrow("the kernels' own memory lies there");
      expect(() => arena.checkPlace(kernels)).toThrow("the kernels' own memory lies there");
    }
    expect(arena.addressOf(new Float32Array(new SharedArrayBuffer(64)))).toBe(-1);
  });

  it("lie anywhere in a memory that is another's, of which none is given out", () => {
    const memory = new JsMemory(INITIAL_PAGES + 1);
    const arena = new Arena(memory, ADDRESS, false);
    expect(arena.addressOf(arena.newView(ADDRESS.block, 1))).toBe(ADDRESS.block);
    expect(arena.allocate(1)).toBe((INITIAL_PAGES + 1) * PAGE);
  });

  it("reserved ones are the kernels' from then on", () => {
    const arena = filled();
    const at = arena.reserve(100);
    expect(at % 64).toBe(0);
    expect(() => arena.addressOf(arena.newView(at, 1))).toThrow("the kernels' own memory");
    expect(() => arena.addressOf(arena.newView(at + 128 - FLOAT, 1))).toThrow("the kernels' own memory");
    expect(arena.allocate(1)).toBeGreaterThanOrEqual(at + 128);
    const grow = vi.spyOn(arena.memory, "grow").mockImplementation(() => {
      throw new RangeError("no");
    });
    expect(() => arena.reserve(2 ** 20)).toThrow(
      `alloc: the host refused ${2 ** 20} more bytes for threads, beside ${arena.memory.buffer.byteLength} bytes in use.`,
    );
    grow.mockRestore();
  });
});

describe("a memory of plain JavaScript", () => {
  it("says how many pages it had, keeps their bytes, and detaches the old buffer", () => {
    const memory = new JsMemory(2);
    const old = memory.buffer;
    new Uint8Array(old)[2 * PAGE - 1] = 7;
    expect(memory.grow(3)).toBe(2);
    expect(memory.buffer.byteLength).toBe(5 * PAGE);
    expect(new Uint8Array(memory.buffer)[2 * PAGE - 1]).toBe(7);
    expect(old.byteLength).toBe(0);
  });

  it("grows on a host that cannot detach", () => {
    vi.stubGlobal("structuredClone", undefined);
    const memory = new JsMemory(1);
    const old = memory.buffer;
    expect(memory.grow(1)).toBe(1);
    expect(memory.buffer.byteLength).toBe(2 * PAGE);
    expect(old.byteLength).toBe(PAGE);
  });

  it("does not grow beyond what 32 bits address", () => {
    const memory = new JsMemory(2);
    const { buffer } = memory;
    expect(() => memory.grow(65535)).toThrow(
      new RangeError("Addresses have 32 bits: no more than 65536 pages."),
    );
    expect(memory.buffer).toBe(buffer);
    expect(buffer.byteLength).toBe(2 * PAGE);
  });
});
