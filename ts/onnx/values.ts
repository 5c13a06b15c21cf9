/** The values of a model, which nodes take and give: their names and types, as far as it tells. */
import { isFunction, nodes } from "./bodies.js";
import { lastField, lastInteger, lastString } from "./fields.js";
import type { Message } from "./message.js";
import {
  DATA_TYPE,
  FUNCTION,
  GRAPH,
  NODE,
  SPARSE_TENSOR,
  TENSOR,
  TENSOR_TYPE,
  TYPE,
  VALUE_INFO,
} from "./schema.js";

/** Names of the values that a graph or function defines. */
export function* definedNames(body: Message): Generator<string> {
  for (const field of nodes(body)) {
    const node = body.child(field, NODE);
    for (const output of node.fields()) if (output.number === NODE.output) yield node.string(output);
  }
  if (isFunction(body)) {
    for (const field of body.fields()) if (field.number === FUNCTION.input) yield body.string(field);
    return;
  }
  for (const field of body.fields()) {
    if (field.number === GRAPH.input) yield lastString(body.child(field, VALUE_INFO), VALUE_INFO.valueName);
    if (field.number === GRAPH.initializer) yield lastString(body.child(field, TENSOR), TENSOR.tensorName);
    if (field.number === GRAPH.sparseInitializer) {
      const sparse = body.child(field, SPARSE_TENSOR);
      const values = lastField(sparse, SPARSE_TENSOR.values);
      if (values !== undefined) yield lastString(sparse.child(values, TENSOR), TENSOR.tensorName);
    }
  }
}

/** The type of a ValueInfoProto, if it is a tensor's. */
export function tensorType(info: Message): Message | undefined {
  const typeField = lastField(info, VALUE_INFO.type);
  if (typeField === undefined) return undefined;
  const type = info.child(typeField, TYPE);
  const field = lastField(type, TYPE.tensorType);
  return field === undefined ? undefined : type.child(field, TENSOR_TYPE);
}

/** Whether an input or initializer of a graph has 16 bits an element. */
export function hasHalfPrecision(body: Message): boolean {
  if (isFunction(body)) return false;
  for (const field of body.fields()) {
    let type: number | undefined;
    if (field.number === GRAPH.input) {
      const tensor = tensorType(body.child(field, VALUE_INFO));
      type = tensor && lastInteger(tensor, TENSOR_TYPE.elemType);
    }
    if (field.number === GRAPH.initializer) type = lastInteger(body.child(field, TENSOR), TENSOR.dataType);
    if (type === DATA_TYPE.float16 || type === DATA_TYPE.bfloat16) return true;
  }
  return false;
}
