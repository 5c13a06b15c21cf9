import type { WasmTier } from "../../ts/tier.js";
import { MAX_MODULE_BYTES, memoryImport } from "./tiers.js";

/** What a module can import and export, by its number in the binary format. */
const KINDS = ["function", "table", "memory", "global", "tag"] as const;
export type ExternalKind = (typeof KINDS)[number];

/** The binary format's sections, by number. */
const SECTIONS = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "datacount",
  "tag",
];

/** The sections of a module of pure code: with no other there is nothing to run or write at instantiation. */
const PURE_SECTIONS = ["type", "import", "function", "export", "code"];

/** "\0asm" and version 1. */
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export interface Section {
  name: string;
  /** The section without its number and size. */
  contents: Uint8Array;
}

export interface Import {
  module: string;
  name: string;
  kind: ExternalKind;
}

export interface Export {
  name: string;
  kind: ExternalKind;
}

/** What can be told of a module without decoding its code. */
export interface ModuleOutline {
  sections: Section[];
  imports: Import[];
  exports: Export[];
}

/**
 * Reads a module's sections, imports and exports from its bytes. The engine is not asked,
 * so a module can be read where its features cannot run.
 *
 * @throws {Error} when the bytes are not a WebAssembly module of version 1.
 */
export function readModule(bytes: Uint8Array): ModuleOutline {
  const sections = readSections(bytes);
  const contents = (name: string) => sections.find((section) => section.name === name)?.contents;
  return {
    sections,
    imports: readList(contents("import"), readImport),
    exports: readList(contents("export"), readExport),
  };
}

/**
 * Why a module is not the pure code that a tier must be, one sentence a reason; empty when it is.
 * Pure code imports one memory, exports functions, is at most {@link MAX_MODULE_BYTES} long, and has
 * only type, import, function, export and code sections: instantiating it changes no byte of the memory.
 */
export function impurities(bytes: Uint8Array, tier: WasmTier): string[] {
  const { sections, imports, exports } = readModule(bytes);
  const reasons: string[] = [];
  for (const { name, contents } of sections) {
    if (!PURE_SECTIONS.includes(name)) {
      reasons.push(
        `it has a ${name} section of ${contents.length} bytes; only ${PURE_SECTIONS.join(", ")} may be there`,
      );
    }
  }
  const imported = imports.map(({ module, name, kind }) => `${kind} "${module}"."${name}"`).join(", ");
  const expected = `memory "${memoryImport(tier).module}"."${memoryImport(tier).name}"`;
  if (imported !== expected) reasons.push(`it imports ${imported || "nothing"}; expected ${expected} alone`);
  if (exports.length === 0) reasons.push("it exports no kernel");
  for (const { name, kind } of exports) {
    if (kind !== "function") reasons.push(`it exports the ${kind} "${name}"; only functions may be exported`);
  }
  if (bytes.length > MAX_MODULE_BYTES) {
    reasons.push(`it is ${bytes.length} bytes long; at most ${MAX_MODULE_BYTES} are allowed`);
  }
  return reasons;
}

/**
 * The same module, its one import renamed to {@link memoryImport} and satisfied by any memory of a page or more.
 *
 * @throws {Error} when the module imports anything but one memory.
 */
export function withMemoryImport(bytes: Uint8Array, tier: WasmTier): Uint8Array {
  const { sections, imports } = readModule(bytes);
  if (imports.length !== 1 || imports[0]?.kind !== "memory") {
    throw new Error(
      `The module must import one memory and nothing else; it imports ${JSON.stringify(imports)}.`,
    );
  }
  const minimumPages = [0x00, 0x01];
  const { module, name } = memoryImport(tier);
  const contents = [1, ...encodeName(module), ...encodeName(name), KINDS.indexOf("memory"), ...minimumPages];
  const renamed = sections.map((section) =>
    section.name === "import" ? { name: "import", contents: Uint8Array.from(contents) } : section,
  );
  return Uint8Array.from([...PREAMBLE, ...renamed.flatMap(encodeSection)]);
}

function readSections(bytes: Uint8Array): Section[] {
  if (!PREAMBLE.every((byte, index) => bytes[index] === byte)) {
    throw new Error(
      `Not a WebAssembly module: its ${bytes.length} bytes begin with [${bytes.slice(0, 8).join(", ")}].`,
    );
  }
  const reader = new Reader(bytes, PREAMBLE.length);
  const sections: Section[] = [];
  while (!reader.atEnd) {
    const number = reader.byte();
    sections.push({
      name: SECTIONS[number] ?? `unknown (${number})`,
      contents: reader.take(reader.unsigned()),
    });
  }
  return sections;
}

function readList<T>(contents: Uint8Array | undefined, readItem: (reader: Reader) => T): T[] {
  if (contents === undefined) return [];
  const reader = new Reader(contents);
  return Array.from({ length: reader.unsigned() }, () => readItem(reader));
}

function readImport(reader: Reader): Import {
  const found = { module: reader.name(), name: reader.name(), kind: reader.kind() };
  skipDescription(reader, found.kind);
  return found;
}

function readExport(reader: Reader): Export {
  const found = { name: reader.name(), kind: reader.kind() };
  reader.unsigned(); // its index
  return found;
}

/** Skips the type of an import, which has no length of its own. */
function skipDescription(reader: Reader, kind: ExternalKind): void {
  if (kind === "function") reader.unsigned();
  if (kind === "global" || kind === "tag") reader.take(2);
  if (kind === "table") reader.byte();
  if (kind === "table" || kind === "memory") {
    const hasMaximum = (reader.byte() & 1) === 1;
    reader.unsigned();
    if (hasMaximum) reader.unsigned();
  }
}

function encodeName(name: string): number[] {
  const bytes = new TextEncoder().encode(name);
  return [...encodeUnsigned(bytes.length), ...bytes];
}

function encodeSection({ name, contents }: Section): number[] {
  return [SECTIONS.indexOf(name), ...encodeUnsigned(contents.length), ...contents];
}

/** LEB128: seven bits a byte, the lowest first, the top bit set on all but the last. */
function encodeUnsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...encodeUnsigned(value >>> 7)];
}

/** Reads the binary format's elements one after another. */
class Reader {
  constructor(
    private readonly bytes: Uint8Array,
    private position = 0,
  ) {}

  get atEnd(): boolean {
    return this.position >= this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.position++];
    if (byte === undefined)
      throw new Error(`The WebAssembly module ends too early, after ${this.bytes.length} bytes of a part.`);
    return byte;
  }

  take(length: number): Uint8Array {
    const end = this.position + length;
    if (end > this.bytes.length)
      throw new Error(`The WebAssembly module ends too early: ${length} bytes announced.`);
    const taken = this.bytes.subarray(this.position, end);
    this.position = end;
    return taken;
  }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.unsigned()));
  }

  kind(): ExternalKind {
    const number = this.byte();
    const kind = KINDS[number];
    if (kind === undefined) throw new Error(`Unknown kind ${number} of import or export.`);
    return kind;
  }
}
