/** The values of a model, which nodes take and give: their names, types and shapes, as far as it tells. */
import { MOST_DIMENSIONS } from "../dimensions.js";
import { type Body, isFunction, nodes } from "./bodies.js";
import { OnnxError } from "./errors.js";
import { lastField, lastInteger, lastString } from "./fields.js";
import type { Message } from "./message.js";
import {
  DATA_TYPE,
  DIMENSION,
  FUNCTION,
  GRAPH,
  NODE,
  SHAPE,
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
function tensorType(info: Message): Message | undefined {
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

/** The dimensions of a value; undefined for one whose size the model does not tell. */
export type Shape = readonly (number | undefined)[];

function shapeOf(info: Message): Shape | undefined {
  const tensor = tensorType(info);
  const field = tensor && lastField(tensor, TENSOR_TYPE.shape);
  if (field === undefined) return undefined;
  const shape = tensor!.child(field, SHAPE);
  const sizes: (number | undefined)[] = [];
  for (const dim of shape.fields()) {
    if (dim.number !== SHAPE.dim) continue;
    sizes.push(lastInteger(shape.child(dim, DIMENSION), DIMENSION.dimValue));
    if (sizes.length > MOST_DIMENSIONS)
      throw new OnnxError(`a value has more than ${MOST_DIMENSIONS} dimensions`, dim.start);
  }
  return sizes;
}

/** Where a value is known by its name: a graph of the model with those in its nodes, or a function. */
interface ValueKey {
  readonly root: Message;
  readonly name: string;
}

/** Shapes of values, by {@link shapeKey}. */
export type Shapes = ReadonlyMap<string, Shape>;

export function shapeKey({ root, name }: ValueKey): string {
  return `${root.start} ${name}`;
}

/** The shapes that the model tells of the values asked for. */
export function findShapes(all: Iterable<Body>, wanted: ReadonlySet<string>): Shapes {
  const shapes = new Map<string, Shape>();
  for (const { message, root } of all) {
    const numbers: readonly number[] = isFunction(message)
      ? [FUNCTION.valueInfo]
      : [GRAPH.input, GRAPH.output, GRAPH.valueInfo];
    for (const field of message.fields()) {
      if (!numbers.includes(field.number)) continue;
      const info = message.child(field, VALUE_INFO);
      const key = shapeKey({ root, name: lastString(info, VALUE_INFO.valueName) });
      if (!wanted.has(key)) continue;
      const shape = shapeOf(info);
      if (shape !== undefined) shapes.set(key, shape);
    }
  }
  return shapes;
}
