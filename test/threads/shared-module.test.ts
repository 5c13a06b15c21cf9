/** Promise: a module's import of a memory becomes that of a shared one, whatever lies around it, and nothing else does. */
import { expect, it } from "vitest";
import { sharedModules, withSharedMemory } from "../../ts/threads/shared-module.js";
import { moduleBytes } from "../support/modules.js";

const HEAD = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** A custom section of 200 bytes: its size takes two. */
const CUSTOM = [0, 0xc8, 1, ...new Array(200).fill(7)];
const REST = [10, 2, 0, 0x0b];

/** 300 and 128 in LEB128. The first byte of 128 has no bit but the one that says that another follows. */
const PAGES_300 = [0xac, 2];
const PAGES_128 = [0x80, 1];

/** An import section of a memory: of its kind, limits and number. */
function imports(kind = 2, count = 1, pages = PAGES_300): number[] {
  const entry = [1, 0x61, 2, 0x62, 0x63, kind, 0, ...pages];
  return [2, 1 + entry.length, count, ...entry];
}

it.each([
  [300, PAGES_300],
  [128, PAGES_128],
])("keeps everything around the import of %i pages, and gives it a maximum of 65,536", (_, pages) => {
  const bytes = Uint8Array.from([...HEAD, ...CUSTOM, ...imports(2, 1, pages), ...REST]);
  const expected = [1, 1, 0x61, 2, 0x62, 0x63, 2, 3, ...pages, 0x80, 0x80, 4];
  expect([...withSharedMemory(bytes)]).toEqual([
    ...HEAD,
    ...CUSTOM,
    2,
    expected.length,
    ...expected,
    ...REST,
  ]);
});

it.each([
  ["imports nothing", [...CUSTOM, ...REST], "the module imports nothing"],
  ["imports more", imports(2, 2), "the module imports more than a memory"],
  ["imports a function", imports(0), "the module does not import a memory"],
  ["ends within a number", [0, 0xc8], "the module ends early"],
  ["ends within its import", imports().slice(0, 6), "the module ends early"],
])("refuses a module that %s", (_, sections, message) => {
  expect(() => withSharedMemory(Uint8Array.from([...HEAD, ...sections]))).toThrow(new Error(message));
});

it("refuses modules that the host has compiled", () => {
  const bytes = moduleBytes("simd128");
  expect(sharedModules(() => bytes)("simd128")).toEqual(withSharedMemory(bytes));
  const module = new WebAssembly.Module(bytes);
  expect(() => sharedModules(() => module)("simd128")).toThrow(
    new Error("the host has compiled the modules for a memory that threads cannot share"),
  );
});
