/**
 * The shipped modules import a memory of one thread. A memory that threads share needs an import that says
 * so, and how far the memory may grow: the only difference, so that it is made here rather than shipped.
 */
import type { Modules } from "../tiers.js";

/** Of a WebAssembly binary: the size of its head, the import section, an imported memory. */
const [HEAD, IMPORT_SECTION, MEMORY] = [8, 2, 2];

/** Limits of a memory that is shared and has a maximum. */
const SHARED_WITH_MAXIMUM = 3;

/** Pages of 64 KiB that the import allows a memory to have: all that 32 bits can address. */
export const MOST_PAGES = 65536;

/** Reads unsigned LEB128 numbers one after the other. */
class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at: number,
  ) {}

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new Error("the module ends early");
    return byte;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  skipName(): void {
    const length = this.number();
    this.at += length;
  }
}

/** An unsigned LEB128 number. */
function encode(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

/**
 * The module with its import declared as a shared memory.
 *
 * @param bytes a module whose only import is a memory
 * @throws {Error} for any other
 */
export function withSharedMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const reader = new Reader(bytes, HEAD);
  while (reader.at < bytes.length) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.number();
    const [body, end] = [reader.at, reader.at + size];
    if (id !== IMPORT_SECTION) {
      reader.at = end;
      continue;
    }
    if (reader.number() !== 1) throw new Error("the module imports more than a memory");
    reader.skipName();
    reader.skipName();
    if (reader.byte() !== MEMORY) throw new Error("the module does not import a memory");
    const limits = reader.at;
    reader.byte();
    const minimum = reader.number();
    const section = [
      ...bytes.subarray(body, limits),
      SHARED_WITH_MAXIMUM,
      ...encode(minimum),
      ...encode(MOST_PAGES),
    ];
    return Uint8Array.from([
      ...bytes.subarray(0, start),
      IMPORT_SECTION,
      ...encode(section.length),
      ...section,
      ...bytes.subarray(end),
    ]);
  }
  throw new Error("the module imports nothing");
}

/** The modules that import such a memory. */
export function sharedModules(modules: Modules): Modules<Uint8Array<ArrayBuffer>> {
  return (tier) => {
    const source = modules(tier);
    if (source instanceof Uint8Array) return withSharedMemory(source);
    throw new Error("the host has compiled the modules for a memory that threads cannot share");
  };
}
