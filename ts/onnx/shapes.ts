/** The shapes of a model's values, as far as it tells. */
import { MOST_DIMENSIONS } from "../dimensions.js";
import { OnnxError } from "./errors.js";
import { lastField, lastInteger, lastString } from "./fields.js";
import type { Message } from "./message.js";
import { DIMENSION, SHAPE, TENSOR_TYPE, VALUE_INFO } from "./schema.js";
import type { Telling } from "./scopes.js";
import { tensorType, valueInfos } from "./values.js";

/** The dimensions of a value; undefined for one whose size the model does not tell. */
export type Shape = readonly (number | undefined)[];

function shapeMessage(info: Message): Message | undefined {
  const tensor = tensorType(info);
  const field = tensor && lastField(tensor, TENSOR_TYPE.shape);
  return field && tensor.child(field, SHAPE);
}

function readShape(shape: Message): Shape {
  const sizes: (number | undefined)[] = [];
  for (const dim of shape.fields()) {
    if (dim.number !== SHAPE.dim) continue;
    const size = lastInteger(shape.child(dim, DIMENSION), DIMENSION.dimValue);
    // Some exporters write -1 for a size that is not known.
    sizes.push(size !== undefined && size < 0 ? undefined : size);
    if (sizes.length > MOST_DIMENSIONS)
      throw new OnnxError(`a value has more than ${MOST_DIMENSIONS} dimensions`, dim.start);
  }
  return sizes;
}

/** The shapes that a graph or function tells of its values. */
export const shapes: Telling<Shape> = function* (body) {
  for (const info of valueInfos(body)) {
    const shape = shapeMessage(info);
    if (shape !== undefined) yield [lastString(info, VALUE_INFO.valueName), () => readShape(shape)];
  }
};
