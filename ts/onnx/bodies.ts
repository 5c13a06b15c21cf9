/** Where nodes are: the graph of a model, the graphs in the attributes of nodes, and the functions. */

import { lastString } from "./fields.js";
import type { Field, Message } from "./message.js";
import { ATTRIBUTE, FUNCTION, GRAPH, MODEL, NODE } from "./schema.js";

/** A graph, or the body of a function. */
export interface Body {
  readonly message: Message;
  /** The graph of the model or the function that it lies in, which may be itself: its names are known here. */
  readonly root: Message;
  /** The graph or function whose node it is an attribute of. Its names are known here; none for the root. */
  readonly outer: Body | undefined;
}

/** Whether a message is a function, rather than a graph. */
export function isFunction({ kind }: Message): boolean {
  return kind.name === FUNCTION.name;
}

/** The fields of a graph or function that are nodes. */
export function* nodes(body: Message): Generator<Field> {
  const number = isFunction(body) ? FUNCTION.node : GRAPH.node;
  for (const field of body.fields()) if (field.number === number) yield field;
}

/** The domain of ONNX's own operators has two names. */
export function isOnnxDomain(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}

/** The operator of ONNX that a node is of; undefined for those of other domains. */
export function operator(node: Message): string | undefined {
  return isOnnxDomain(lastString(node, NODE.domain)) ? lastString(node, NODE.opType) : undefined;
}

/**
 * Every graph and function of a model, each before those in its nodes.
 *
 * @param isLeftOut whether a function is left out
 */
export function* bodies(model: Message, isLeftOut: (body: Message) => boolean): Generator<Body> {
  for (const field of model.fields()) {
    if (field.number !== MODEL.graph && field.number !== MODEL.functions) continue;
    const message = model.child(field, field.number === MODEL.graph ? GRAPH : FUNCTION);
    if (field.number === MODEL.functions && isLeftOut(message)) continue;
    yield* bodiesWithin({ message, root: message, outer: undefined });
  }
}

function* bodiesWithin(body: Body): Generator<Body> {
  yield body;
  const { message, root } = body;
  for (const nodeField of nodes(message)) {
    const node = message.child(nodeField, NODE);
    for (const attributeField of node.fields()) {
      if (attributeField.number !== NODE.attribute) continue;
      const attribute = node.child(attributeField, ATTRIBUTE);
      for (const field of attribute.fields()) {
        if (field.number !== ATTRIBUTE.g && field.number !== ATTRIBUTE.graphs) continue;
        yield* bodiesWithin({ message: attribute.child(field, GRAPH), root, outer: body });
      }
    }
  }
}
