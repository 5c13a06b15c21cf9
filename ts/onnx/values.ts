/** The values of a graph or function, which nodes take and give. */
import { isFunction, nodes } from "./bodies.js";
import { lastField, lastString } from "./fields.js";
import type { Message } from "./message.js";
import { FUNCTION, GRAPH, NODE, SPARSE_TENSOR, TENSOR, TENSOR_TYPE, TYPE, VALUE_INFO } from "./schema.js";

/** Names of the values that a graph or function defines. */
export function* definedNames(body: Message): Generator<string> {
  for (const field of nodes(body)) {
    const node = body.child(field, NODE);
    for (const output of node.fields()) if (output.number === NODE.output) yield node.string(output);
  }
  for (const tensor of tensors(body)) yield lastString(tensor, TENSOR.tensorName);
  for (const field of body.fields()) {
    if (isFunction(body)) {
      if (field.number === FUNCTION.input) yield body.string(field);
    } else if (field.number === GRAPH.input) {
      yield lastString(body.child(field, VALUE_INFO), VALUE_INFO.valueName);
    }
  }
}

/** The initializers of a graph, the values of sparse ones among them; a function has none. */
export function* tensors(body: Message): Generator<Message> {
  if (isFunction(body)) return;
  for (const field of body.fields()) {
    if (field.number === GRAPH.initializer) yield body.child(field, TENSOR);
    if (field.number !== GRAPH.sparseInitializer) continue;
    const sparse = body.child(field, SPARSE_TENSOR);
    const values = lastField(sparse, SPARSE_TENSOR.values);
    if (values !== undefined) yield sparse.child(values, TENSOR);
  }
}

/** What a graph or function says of its values' types: messages of ValueInfoProto. */
export function* valueInfos(body: Message): Generator<Message> {
  const numbers: readonly number[] = isFunction(body)
    ? [FUNCTION.valueInfo]
    : [GRAPH.input, GRAPH.output, GRAPH.valueInfo];
  for (const field of body.fields()) if (numbers.includes(field.number)) yield body.child(field, VALUE_INFO);
}

/** The type of a ValueInfoProto, if it is a tensor's. */
export function tensorType(info: Message): Message | undefined {
  const typeField = lastField(info, VALUE_INFO.type);
  if (typeField === undefined) return undefined;
  const type = info.child(typeField, TYPE);
  const field = lastField(type, TYPE.tensorType);
  return field === undefined ? undefined : type.child(field, TENSOR_TYPE);
}
