/** The activations of a model: which nodes they are, and what they have that SAU takes over. */
import type { Body } from "./bodies.js";
import { nodes, operator } from "./bodies.js";
import { withoutOtherClips } from "./clips.js";
import { OnnxError } from "./errors.js";
import { lastString } from "./fields.js";
import type { Field, Message } from "./message.js";
import type { Model } from "./model.js";
import { numberOfAttribute } from "./numbers.js";
import { ATTRIBUTE, NODE } from "./schema.js";

/** ONNX's activations of one value, by the names of their operators. Clip is one from 0 on: clips.ts. */
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
      const opType = operator(node);
      if (opType === undefined || !ACTIVATIONS.includes(opType)) continue;
      if (!from.has(opType)) {
        opTypes.add(opType);
        continue;
      }
      if (activations.length === MOST_ACTIVATIONS) {
        throw new OnnxError(`the model has more than ${MOST_ACTIVATIONS} activations to replace`, node.start);
      }
      activations.push(readActivation(body, node, opType));
    }
  }
  const taken = withoutOtherClips(model, activations);
  for (const { opType } of taken) opTypes.add(opType);
  return { activations: taken, opTypes };
}

function readActivation(body: Body, node: Message, opType: string): Activation {
  const [input, output] = [stringAt(node, NODE.input, 0), stringAt(node, NODE.output, 0)];
  if (input === "" || output === "") {
    throw new OnnxError(`a ${opType} has no ${input === "" ? "input" : "output"}`, node.start);
  }
  return { ...body, node, opType, name: lastString(node, NODE.nodeName) || output, input, output };
}

/** One of the strings of that number; empty if there are fewer. */
function stringAt(message: Message, number: number, index: number): string {
  let before = 0;
  for (const field of message.fields()) {
    if (field.number === number && before++ === index) return message.string(field);
  }
  return "";
}

/**
 * The slope of a LeakyRelu's negative side; undefined for other activations.
 *
 * @throws {OnnxError} for one that a function takes as an attribute, whose value is known where it is called alone, and
 *   for one that is not finite
 */
export function ownSlope({ node, opType, name }: Activation): number | undefined {
  if (opType !== "LeakyRelu") return undefined;
  for (const field of node.fields()) {
    if (field.number !== NODE.attribute) continue;
    const attribute = node.child(field, ATTRIBUTE);
    if (lastString(attribute, ATTRIBUTE.attributeName) !== "alpha") continue;
    const slope = numberOfAttribute(attribute);
    if (slope === undefined) {
      const what = `takes its alpha from an attribute of the function that it lies in`;
      throw new OnnxError(`${JSON.stringify(name)} ${what}: alpha has to be given`, field.start);
    }
    if (!Number.isFinite(slope)) {
      const what = `is a LeakyRelu with an alpha of ${slope}, expected a finite number`;
      throw new OnnxError(`${JSON.stringify(name)} ${what}`, field.start);
    }
    return slope;
  }
  return LEAKY_RELU_ALPHA;
}

/**
 * Whether a node has its slopes as its second input, which SAU takes as its alpha.
 *
 * @throws {OnnxError} for one that should and does not
 */
export function hasSlopeInput({ node, opType, name }: Activation): boolean {
  if (opType !== "PRelu") return false;
  if (stringAt(node, NODE.input, 1) !== "") return true;
  const what = "is a PRelu without slopes, expected them as its second input";
  throw new OnnxError(`${JSON.stringify(name)} ${what}`, node.start);
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
