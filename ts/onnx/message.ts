/**
 * Messages of a protobuf file: read field by field, and edited in place.
 *
 * Nothing is decoded but what is asked for, and nothing is encoded but what was edited, with the lengths of the
 * messages around it. All other bytes stay what they are: unknown fields, the fields' order, tensors of any size. What
 * is kept in memory depends on the edits alone, whatever lengths and nesting the bytes claim.
 */
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { OnnxError } from "./errors.js";

/** Messages within messages: protobuf's own limit in C++, Java and Python. */
const DEEPEST = 100;

/** A field of a message, by its places in the file. */
export interface Field {
  readonly number: number;
  readonly type: WireType;
  /** Where its tag begins, and where its value does: behind the length, if it has one. */
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

/** What takes the place of the bytes from start to end. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly parts: () => Uint8Array[];
}

/** A message of the schema; errors name it. */
interface MessageKind {
  readonly name: string;
}

function encodeHeader(field: number, length: number): Uint8Array {
  return new BinaryWriter().tag(field, WireType.LengthDelimited).uint32(length).finish();
}

function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** What all messages of a file share. */
interface File {
  readonly bytes: Uint8Array;
  readonly reader: BinaryReader;
  /** Edits of a message by where it starts: what reads a field twice edits the same message. */
  readonly edits: Map<number, Edit[]>;
}

/** What a message is a field of. */
interface Place {
  readonly message: Message;
  readonly field: Field;
}

/** A message within the bytes of a file. */
export class Message {
  readonly #file: File;
  readonly #place: Place | undefined;
  readonly #depth: number;

  private constructor(
    file: File,
    readonly kind: MessageKind,
    readonly start: number,
    readonly end: number,
    place?: Place,
  ) {
    this.#file = file;
    this.#place = place;
    this.#depth = place === undefined ? 1 : place.message.#depth + 1;
  }

  /** A file that is one message of that kind. */
  static of(bytes: Uint8Array, kind: MessageKind): Message {
    return new Message({ bytes, reader: new BinaryReader(bytes), edits: new Map() }, kind, 0, bytes.length);
  }

  /**
   * Its fields, in their order.
   *
   * @throws {OnnxError} where the bytes are no field, or go beyond the message
   */
  *fields(): Generator<Field> {
    for (let start = this.start; start < this.end; ) {
      const field = this.#field(start);
      yield field;
      start = field.end;
    }
  }

  #field(start: number): Field {
    const { reader } = this.#file;
    try {
      reader.pos = start;
      const [number, type] = reader.tag();
      const length = type === WireType.LengthDelimited ? reader.uint32() : undefined;
      const value = reader.pos;
      if (length === undefined) reader.skip(type, number);
      else reader.pos += length;
      if (reader.pos <= this.end) return { number, type, start, value, end: reader.pos };
    } catch (cause) {
      throw new OnnxError(`these bytes are no ${this.kind.name} of an ONNX model`, start, cause);
    }
    throw new OnnxError(`a field ends beyond the ${this.kind.name} that it is of`, start);
  }

  /** @throws {OnnxError} unless a field is of the type that the schema has for it */
  #check({ number, type, start }: Field, expected: WireType): void {
    if (type === expected) return;
    const found = `field ${number} of ${this.kind.name} has wire type ${type}`;
    throw new OnnxError(`${found}, expected ${expected} as in an ONNX model`, start);
  }

  #read<T>(field: Field, expected: WireType, value: (reader: BinaryReader) => T): T {
    this.#check(field, expected);
    const { reader } = this.#file;
    reader.pos = field.start;
    reader.tag();
    try {
      return value(reader);
    } catch (cause) {
      throw new OnnxError(`field ${field.number} of ${this.kind.name} cannot be read`, field.start, cause);
    }
  }

  /** The value of a field that is a string. */
  string(field: Field): string {
    return this.#read(field, WireType.LengthDelimited, (reader) => reader.string());
  }

  /** The value of a field that is a whole number. */
  integer(field: Field): number {
    return this.#read(field, WireType.Varint, (reader) => Number(reader.int64()));
  }

  /** The value of a field that is a float. */
  float(field: Field): number {
    return this.#read(field, WireType.Bit32, (reader) => reader.float());
  }

  /** The bytes of a field's value, without its length. */
  bytes({ value, end }: Field): Uint8Array {
    return this.#file.bytes.subarray(value, end);
  }

  /** A field that is a message of that kind. Editing it edits this one. */
  child(field: Field, kind: MessageKind): Message {
    this.#check(field, WireType.LengthDelimited);
    if (this.#depth === DEEPEST) {
      const what = `messages lie within one another more than ${DEEPEST} deep, protobuf's limit`;
      throw new OnnxError(what, field.start);
    }
    return new Message(this.#file, kind, field.value, field.end, { message: this, field });
  }

  /** Puts `encoded` in the place of a field. */
  replace({ start, end }: Field, encoded: Uint8Array): void {
    this.#edit(start, end, () => [encoded]);
  }

  /** Leaves a field out. */
  remove({ start, end }: Field): void {
    this.#edit(start, end, () => []);
  }

  /** Puts the encoded field before another; at the end of the message by default. */
  insert(encoded: Uint8Array, before?: Field): void {
    const at = before?.start ?? this.end;
    this.#edit(at, at, () => [encoded]);
  }

  #edit(start: number, end: number, parts: () => Uint8Array[]): void {
    const known = this.#file.edits.get(this.start);
    const edits = known ?? [];
    edits.push({ start, end, parts });
    if (known !== undefined) return;
    this.#file.edits.set(this.start, edits);
    if (this.#place !== undefined) this.#editPlace(this.#place);
  }

  /** Puts this message, as it will be, in its place in the one that it is a field of. */
  #editPlace({ message, field }: Place): void {
    message.#edit(field.start, field.end, () => {
      const parts = this.#parts();
      return [encodeHeader(field.number, lengthOf(parts)), ...parts];
    });
  }

  /** Its bytes with all edits, in parts; those that were not edited are views of the file. */
  #parts(): Uint8Array[] {
    const parts: Uint8Array[] = [];
    let at = this.start;
    const keepUntil = (end: number): void => {
      if (end > at) parts.push(this.#file.bytes.subarray(at, end));
    };
    // Edits at the same place stay in the order in which they were made, insertions first.
    const edits = this.#file.edits.get(this.start) ?? [];
    for (const edit of edits.sort((a, b) => a.start - b.start || a.end - b.end)) {
      keepUntil(edit.start);
      for (const part of edit.parts()) parts.push(part);
      at = edit.end;
    }
    keepUntil(this.end);
    return parts;
  }

  /** Its bytes with all edits, as an array of their own. */
  toBytes(): Uint8Array {
    const parts = this.#parts();
    const bytes = new Uint8Array(lengthOf(parts));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }
}
