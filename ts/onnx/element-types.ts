/** The types of a model's elements, as far as it tells. */
import { nodes, operator } from "./bodies.js";
import { lastField, lastInteger, lastString } from "./fields.js";
import type { Message } from "./message.js";
import { ATTRIBUTE, DATA_TYPE, NODE, TENSOR, TENSOR_TYPE } from "./schema.js";
import { tensors, tensorType, valueInfos } from "./values.js";

/** Floating-point types beside float32, as NumPy calls them. Those of 8 bits and less came with opset 19. */
const OTHER_FLOATS = new Map<number | undefined, string>([
  [DATA_TYPE.float16, "float16"],
  [DATA_TYPE.double, "float64"],
  [DATA_TYPE.bfloat16, "bfloat16"],
]);

/** The name of a floating-point type beside float32 that a graph or function has values of; undefined for none. */
export function otherFloat(body: Message): string | undefined {
  for (const type of elementTypes(body)) {
    const name = OTHER_FLOATS.get(type);
    if (name !== undefined) return name;
  }
  return undefined;
}

function* elementTypes(body: Message): Generator<number | undefined> {
  for (const info of valueInfos(body)) {
    const type = tensorType(info);
    yield type && lastInteger(type, TENSOR_TYPE.elemType);
  }
  for (const tensor of tensors(body)) yield lastInteger(tensor, TENSOR.dataType);
  for (const field of nodes(body)) {
    const node = body.child(field, NODE);
    if (operator(node) === undefined) continue;
    for (const attribute of node.fields()) {
      if (attribute.number === NODE.attribute) yield typeInAttribute(node.child(attribute, ATTRIBUTE));
    }
  }
}

/** The type of a tensor, as of Constant, or one that is named: `to` of Cast, `dtype` of what makes values by itself. */
function typeInAttribute(attribute: Message): number | undefined {
  const tensor = lastField(attribute, ATTRIBUTE.t);
  if (tensor !== undefined) return lastInteger(attribute.child(tensor, TENSOR), TENSOR.dataType);
  const name = lastString(attribute, ATTRIBUTE.attributeName);
  return name === "to" || name === "dtype" ? lastInteger(attribute, ATTRIBUTE.i) : undefined;
}
