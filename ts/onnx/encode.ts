/** Messages of ONNX that are written here, field by field. */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { ATTRIBUTE, ATTRIBUTE_TYPE, DATA_TYPE, NODE, OPSET, TENSOR } from "./schema.js";

/** Writes the fields of a message. */
export type Fields = (writer: BinaryWriter) => void;

/** A field that is a message, on its own: it can be inserted in any message that has such a field. */
export function encodeField(number: number, fields: Fields): Uint8Array {
  const writer = new BinaryWriter();
  writeMessage(writer, number, fields);
  return writer.finish();
}

/** A field that is a whole number, on its own. */
export function encodeInteger(number: number, value: number): Uint8Array {
  const writer = new BinaryWriter();
  writeInteger(writer, number, value);
  return writer.finish();
}

/** A field that is a string, on its own. */
export function encodeString(number: number, value: string): Uint8Array {
  const writer = new BinaryWriter();
  writeString(writer, number, value);
  return writer.finish();
}

export function writeMessage(writer: BinaryWriter, number: number, fields: Fields): void {
  writer.tag(number, WireType.LengthDelimited).fork();
  fields(writer);
  writer.join();
}

export function writeString(writer: BinaryWriter, number: number, value: string): void {
  writer.tag(number, WireType.LengthDelimited).string(value);
}

function writeInteger(writer: BinaryWriter, number: number, value: number): void {
  writer.tag(number, WireType.Varint).int64(value);
}

export const opset =
  (domain: string, version: number): Fields =>
  (writer) => {
    writeString(writer, OPSET.domain, domain);
    writeInteger(writer, OPSET.version, version);
  };

/** A tensor of float32; without dimensions, one number. */
export const tensor =
  (name: string, values: Float32Array, dims: readonly number[] = []): Fields =>
  (writer) => {
    for (const size of dims) writeInteger(writer, TENSOR.dims, size);
    writeInteger(writer, TENSOR.dataType, DATA_TYPE.float);
    writer.tag(TENSOR.floatData, WireType.LengthDelimited).fork();
    for (const value of values) writer.float(value);
    writer.join();
    writeString(writer, TENSOR.tensorName, name);
  };

/** An attribute's value; its name is written with it. */
export type Attribute = (writer: BinaryWriter) => void;

const attribute =
  (name: string, type: number, value: Fields): Attribute =>
  (writer) => {
    writeString(writer, ATTRIBUTE.attributeName, name);
    value(writer);
    writeInteger(writer, ATTRIBUTE.type, type);
  };

export const intAttribute = (name: string, value: number): Attribute =>
  attribute(name, ATTRIBUTE_TYPE.int, (writer) => writeInteger(writer, ATTRIBUTE.i, value));

export const floatAttribute = (name: string, value: number): Attribute =>
  attribute(name, ATTRIBUTE_TYPE.float, (writer) => writer.tag(ATTRIBUTE.f, WireType.Bit32).float(value));

const tensorAttribute = (name: string, value: Fields): Attribute =>
  attribute(name, ATTRIBUTE_TYPE.tensor, (writer) => writeMessage(writer, ATTRIBUTE.t, value));

export const node =
  (
    opType: string,
    inputs: readonly string[],
    output: string,
    attributes: readonly Attribute[] = [],
  ): Fields =>
  (writer) => {
    for (const input of inputs) writeString(writer, NODE.input, input);
    writeString(writer, NODE.output, output);
    writeString(writer, NODE.opType, opType);
    for (const each of attributes) writeMessage(writer, NODE.attribute, each);
  };

/** A node whose output is a constant of float32. */
export function constant(name: string, values: Float32Array, dims: readonly number[] = []): Fields {
  return node("Constant", [], name, [tensorAttribute("value", tensor(name, values, dims))]);
}
