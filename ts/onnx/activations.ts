/** The activations of a model: which nodes they are, and what they have that SAU takes over. */
import type { Body } from "./bodies.js";
import { nodes } from "./bodies.js";
import { OnnxError } from "./errors.js";
import { lastField, lastString } from "./fields.js";
import type { Field, Message } from "./message.js";
import { isOnnxDomain, type Model } from "./model.js";
import { ATTRIBUTE, NODE } from "./schema.js";

/** ONNX's activations of one value, by the names of their operators. Clip is one as ReLU6. */
export const ACTIVATIONS: readonly string[] = [
  "Celu",
  "Clip",
  "Elu",
  "Gelu",
  "HardSigmoid",
  "HardSwish",
  "LeakyRelu",
  "Mish",
  "PRelu",
  "Relu",
  "Selu",
  "Sigmoid",
  "Softplus",
  "Softsign",
  "Swish",
  "Tanh",
  "ThresholdedRelu",
];

/** LeakyRelu's alpha where a node has none. */
const LEAKY_RELU_ALPHA = 0.01;

/** More inputs, attributes and repeated names than any activation has. */
const MOST_FIELDS = 32;

/** More activations than any model has: a bound on memory. */
const MOST_ACTIVATIONS = 2 ** 15;

/** A node that is an activation. */
export interface Activation extends Body {
  /** The node; `message` is the graph or function that it lies in. */
  readonly node: Message;
  readonly opType: string;
  /** The node's name; without one, its output's. */
  readonly name: string;
  readonly input: string;
  readonly output: string;
}

/** Activations of a model. */
interface Found {
  readonly activations: readonly Activation[];
  /** The operators of all its activations, of those asked for and of others. */
  readonly opTypes: ReadonlySet<string>;
}

/** Finds the nodes of the operators `from`, in graphs, in the graphs of nodes, and in functions. */
export function findActivations(model: Model, from: ReadonlySet<string>): Found {
  const activations: Activation[] = [];
  const opTypes = new Set<string>();
  for (const body of model.bodies()) {
    for (const field of nodes(body.message)) {
      const node = body.message.child(field, NODE);
      const opType = lastString(node, NODE.opType);
      if (!ACTIVATIONS.includes(opType) || !isOnnxDomain(lastString(node, NODE.domain))) continue;
      opTypes.add(opType);
      if (!from.has(opType)) continue;
      if (activations.length === MOST_ACTIVATIONS) {
        throw new OnnxError(`the model has more than ${MOST_ACTIVATIONS} activations to replace`, node.start);
      }
      activations.push(readActivation(body, node, opType));
    }
  }
  return { activations, opTypes };
}

function readActivation(body: Body, node: Message, opType: string): Activation {
  const [input, output] = [firstString(node, NODE.input), firstString(node, NODE.output)];
  if (input === "" || output === "") {
    throw new OnnxError(`a ${opType} has no ${input === "" ? "input" : "output"}`, node.start);
  }
  return { ...body, node, opType, name: lastString(node, NODE.nodeName) || output, input, output };
}

function firstString(message: Message, number: number): string {
  for (const field of message.fields()) if (field.number === number) return message.string(field);
  return "";
}

/**
 * The slope of a LeakyRelu's negative side; undefined for other activations.
 *
 * @throws {OnnxError} for one that a function takes as an attribute, whose value is known where it is called alone
 */
export function ownSlope({ node, opType, name }: Activation): number | undefined {
  if (opType !== "LeakyRelu") return undefined;
  for (const field of node.fields()) {
    if (field.number !== NODE.attribute) continue;
    const attribute = node.child(field, ATTRIBUTE);
    if (lastString(attribute, ATTRIBUTE.attributeName) !== "alpha") continue;
    if (lastField(attribute, ATTRIBUTE.refAttrName) !== undefined) {
      const what = `takes its alpha from an attribute of the function that it lies in`;
      throw new OnnxError(`${JSON.stringify(name)} ${what}: alpha has to be given`, field.start);
    }
    const value = lastField(attribute, ATTRIBUTE.f);
    return value === undefined ? 0 : attribute.float(value);
  }
  return LEAKY_RELU_ALPHA;
}

/** Whether a node has its slopes as an input, which SAU takes as its alpha. */
export function hasSlopeInput({ opType }: Activation): boolean {
  return opType === "PRelu";
}

/** Takes from a node what makes it that activation, and all inputs but the first `kept`. */
export function strip({ node, opType }: Activation, kept: number): void {
  const removed: Field[] = [];
  let inputs = 0;
  for (const field of node.fields()) {
    const isOther =
      field.number === NODE.opType ||
      field.number === NODE.domain ||
      field.number === NODE.overload ||
      field.number === NODE.attribute;
    if (isOther || (field.number === NODE.input && ++inputs > kept)) removed.push(field);
    if (removed.length > MOST_FIELDS) {
      throw new OnnxError(`a ${opType} has more than ${MOST_FIELDS} inputs and attributes`, node.start);
    }
  }
  for (const field of removed) node.remove(field);
}
