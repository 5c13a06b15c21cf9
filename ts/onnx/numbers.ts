/** Constants of one floating-point number that a model has. */
import { float16ToFloat32 } from "../npy/float16.js";
import { isFunction, nodes, operator } from "./bodies.js";
import { lastField, lastInteger, lastString } from "./fields.js";
import type { Message } from "./message.js";
import { ATTRIBUTE, DATA_TYPE, GRAPH, NODE, TENSOR, VALUE_INFO } from "./schema.js";
import type { Telling } from "./scopes.js";

/**
 * The numbers that a graph or function has as initializers and as nodes that are Constant; undefined for those of other
 * shapes and types, and of data in other files.
 *
 * @param areInputsConstant whether initializers that are inputs too are constants all the same: see
 *   `Model.hasInitializersAsInputs`
 */
export const numbers = (areInputsConstant: boolean): Telling<number> =>
  function* (body) {
    for (const field of nodes(body)) {
      const node = body.child(field, NODE);
      if (operator(node) !== "Constant") continue;
      const output = lastString(node, NODE.output);
      for (const attributeField of node.fields()) {
        if (attributeField.number !== NODE.attribute) continue;
        const attribute = node.child(attributeField, ATTRIBUTE);
        yield [output, () => numberOfConstant(attribute)];
      }
    }
    if (isFunction(body)) return;
    for (const field of body.fields()) {
      if (field.number !== GRAPH.initializer) continue;
      const tensor = body.child(field, TENSOR);
      yield [lastString(tensor, TENSOR.tensorName), () => numberOfTensor(tensor)];
    }
    if (areInputsConstant) return;
    for (const field of body.fields()) {
      if (field.number !== GRAPH.input) continue;
      yield [lastString(body.child(field, VALUE_INFO), VALUE_INFO.valueName), () => undefined];
    }
  };

function numberOfConstant(attribute: Message): number | undefined {
  const name = lastString(attribute, ATTRIBUTE.attributeName);
  if (name === "value_float") return numberOfAttribute(attribute);
  const field = lastField(attribute, ATTRIBUTE.t);
  return name === "value" && field !== undefined ? numberOfTensor(attribute.child(field, TENSOR)) : undefined;
}

/** The float of an attribute; undefined where a function takes it from its own attributes, which its callers give. */
export function numberOfAttribute(attribute: Message): number | undefined {
  if (lastField(attribute, ATTRIBUTE.refAttrName) !== undefined) return undefined;
  const field = lastField(attribute, ATTRIBUTE.f);
  return field === undefined ? 0 : attribute.float(field); // protobuf leaves out a 0
}

/** The field that a type's elements lie in, where they do not lie in raw_data. */
const DATA_FIELDS = new Map<number | undefined, number>([
  [DATA_TYPE.float, TENSOR.floatData],
  [DATA_TYPE.double, TENSOR.doubleData],
  [DATA_TYPE.float16, TENSOR.int32Data],
  [DATA_TYPE.bfloat16, TENSOR.int32Data],
]);

function numberOfTensor(tensor: Message): number | undefined {
  const type = lastInteger(tensor, TENSOR.dataType);
  const dataField = DATA_FIELDS.get(type);
  const raw = lastField(tensor, TENSOR.rawData);
  const field = raw ?? (dataField === undefined ? undefined : lastField(tensor, dataField));
  if (field === undefined) return undefined;
  const bytes = tensor.bytes(field);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === DATA_TYPE.float) return bytes.length === 4 ? view.getFloat32(0, true) : undefined;
  if (type === DATA_TYPE.double) return bytes.length === 8 ? view.getFloat64(0, true) : undefined;
  const bits = raw === undefined ? varint(bytes) : bytes.length === 2 ? view.getUint16(0, true) : undefined;
  if (bits === undefined) return undefined;
  if (type === DATA_TYPE.float16) return float32OfBits(float16ToFloat32(bits));
  return type === DATA_TYPE.bfloat16 ? float32OfBits(bits << 16) : undefined;
}

/** The number of a varint of up to 16 bits, if the bytes are one and no more. */
function varint(bytes: Uint8Array): number | undefined {
  if (bytes.length > 3 || bytes.findIndex((byte) => byte < 0x80) !== bytes.length - 1) return undefined;
  return bytes.reduce((bits, byte, i) => bits | ((byte & 0x7f) << (7 * i)), 0);
}

function float32OfBits(bits: number): number {
  return new Float32Array(Int32Array.of(bits).buffer)[0]!;
}
