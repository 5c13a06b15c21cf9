/** Activations of a model, replaced by SAU. */
import { FIRST_AXIS, LAST_AXIS } from "../dimensions.js";
import { checkObject, describe } from "../errors.js";
import { checkParameter, DEFAULTS, type ParameterValues } from "../params.js";
import {
  ACTIVATIONS,
  type Activation,
  findActivations,
  hasSlopeInput,
  ownSlope,
  strip,
} from "./activations.js";
import { isFunction } from "./bodies.js";
import { WHICH_CLIPS } from "./clips.js";
import { Constants } from "./constants.js";
import { encodeString } from "./encode.js";
import { importSau, Model } from "./model.js";
import { SAU } from "./sau-function.js";
import { NODE } from "./schema.js";
import { Scopes } from "./scopes.js";
import { type Shape, shapes } from "./shapes.js";

/** What {@link replaceActivations} replaces, and by what. */
export interface ReplaceOptions {
  /**
   * The operators to replace, such as "Relu" and "LeakyRelu". The model must have each. A Clip is one as ReLU and ReLU6
   * are: its minimum is a constant 0, its maximum a constant above 0 or absent. All others stay, and do not count.
   */
  readonly from: readonly string[];
  /** Only nodes of these names; a node without a name goes by its output's. By default all. */
  readonly nodes?: readonly string[];
  /**
   * Slope of the negative side: a number, or one value a channel. By default a LeakyRelu and a PRelu keep their own
   * slopes, so that the model computes what it did but for the smooth part; others get the paper's, 0.15.
   */
  readonly alpha?: number | Float32Array;
  /** Inverse width of the smooth part, above 0: a number, or one value a channel. Default 20000. */
  readonly beta?: number | Float32Array;
  /**
   * The dimension that the channels lie along; negative counts from the end. By default 1, the channels of NCHW. Where
   * the model does not say how many dimensions a node's values have there is no default, and it has to count from the
   * end: -3 for NCHW.
   */
  readonly channelAxis?: number;
}

/** What {@link replaceActivations} gives. */
export interface Replacement {
  /** The new model's bytes. */
  readonly model: Uint8Array;
  /** The names of the nodes that were replaced; without a name, their outputs'. */
  readonly replaced: string[];
}

interface CheckedOptions {
  readonly from: ReadonlySet<string>;
  readonly nodes: ReadonlySet<string> | undefined;
  readonly alpha: ParameterValues | undefined;
  readonly beta: ParameterValues;
  readonly channelAxis: number | undefined;
}

/** The channel axis of NCHW. */
const NCHW = 1;

/** See index.ts. */
export function replaceActivations(bytes: Uint8Array, options: ReplaceOptions): Replacement {
  const checked = checkOptions(options);
  const model = new Model(bytes);
  const activations = selectActivations(model, checked);
  const told = shapesFor(model, activations, checked);
  const constants = new Constants(model);
  for (const activation of activations) {
    const { root, node } = activation;
    const dims = dimsFor(activation, told, checked);
    const alpha = alphaFor(activation, checked);
    strip(activation, alpha === undefined ? 2 : 1);
    const named = { alpha, beta: checked.beta };
    for (const kind of ["alpha", "beta"] as const) {
      const values = named[kind];
      if (values === undefined) continue;
      const name = constants.name(root, kind, values.values, values.perChannel ? dims : []);
      node.insert(encodeString(NODE.input, name));
    }
    node.insert(encodeString(NODE.opType, SAU.name));
    node.insert(encodeString(NODE.domain, SAU.domain));
  }
  for (const root of new Set(activations.map((activation) => activation.root))) {
    if (isFunction(root)) importSau(root);
  }
  model.addSauFunction();
  return { model: model.toBytes(), replaced: activations.map(({ name }) => name) };
}

function checkOptions(options: unknown): CheckedOptions {
  checkObject("options", options, '{ from: ["Relu"] }');
  const { from, nodes, alpha, beta = DEFAULTS.beta, channelAxis } = options as Partial<ReplaceOptions>;
  checkStrings("from", from, '["Relu"]');
  for (const [i, name] of from.entries()) {
    if (ACTIVATIONS.includes(name)) continue;
    throw new RangeError(`from[${i}] is ${describe(name)}, expected one of ${ACTIVATIONS.join(", ")}.`);
  }
  if (nodes !== undefined) checkStrings("nodes", nodes, '["/features/1/Relu"]');
  const isAxis = Number.isInteger(channelAxis) && channelAxis! >= FIRST_AXIS && channelAxis! <= LAST_AXIS;
  if (channelAxis !== undefined && !isAxis) {
    const given = `channelAxis is ${describe(channelAxis)}`;
    throw new TypeError(`${given}, expected a whole number from ${FIRST_AXIS} to ${LAST_AXIS}.`);
  }
  return {
    from: new Set(from),
    nodes: nodes && new Set(nodes),
    alpha: alpha === undefined ? undefined : checkParameter("alpha", alpha),
    beta: checkParameter("beta", beta),
    channelAxis,
  };
}

function checkStrings(name: string, given: unknown, example: string): asserts given is readonly string[] {
  const isList = Array.isArray(given) && given.length > 0;
  if (isList && given.every((each) => typeof each === "string")) return;
  throw new TypeError(`${name} is ${describe(given)}, expected an array of names such as ${example}.`);
}

function selectActivations(model: Model, { from, nodes }: CheckedOptions): readonly Activation[] {
  const { activations, opTypes } = findActivations(model, from);
  const missing = [...from].find((opType) => !opTypes.has(opType));
  if (missing !== undefined) {
    const found = opTypes.size === 0 ? "no activation" : `only ${[...opTypes].sort().join(", ")}`;
    const which = missing === "Clip" ? ` ${WHICH_CLIPS}` : "";
    throw new RangeError(`from has "${missing}", which the model does not contain; it has ${found}.${which}`);
  }
  if (nodes === undefined) return activations;
  const selected = activations.filter(({ name }) => nodes.has(name));
  const names = new Set(selected.map(({ name }) => name));
  const unknown = [...nodes].find((name) => !names.has(name));
  if (unknown !== undefined) {
    const which = from.has("Clip") ? ` ${WHICH_CLIPS}` : "";
    throw new RangeError(
      `nodes has ${describe(unknown)}, expected names of nodes that are ${[...from].join(" or ")}.${which}`,
    );
  }
  return selected;
}

/** The slope that a node gets; undefined for one that keeps its own input of slopes. */
function alphaFor(activation: Activation, { alpha }: CheckedOptions): ParameterValues | undefined {
  if (alpha !== undefined) return alpha;
  if (hasSlopeInput(activation)) return undefined;
  return checkParameter("alpha", ownSlope(activation) ?? DEFAULTS.alpha);
}

/** The shapes of what the activations take and give; needed for values a channel alone. */
function shapesFor(
  model: Model,
  activations: readonly Activation[],
  { alpha, beta }: CheckedOptions,
): Scopes<Shape> {
  const uses = activations.flatMap((body) => [body.input, body.output].map((name) => ({ body, name })));
  return new Scopes(model.bodies(), alpha?.perChannel || beta.perChannel ? uses : [], shapes);
}

/**
 * The dimensions of values a channel, so that they broadcast along the channel axis: [C, 1, 1] for NCHW.
 *
 * @throws {TypeError} for an axis or a number of channels other than the model says, and where neither the model nor the
 *   axis says how many dimensions are behind the channels
 */
function dimsFor(
  activation: Activation,
  told: Scopes<Shape>,
  { alpha, beta, channelAxis }: CheckedOptions,
): readonly number[] {
  const counts = Object.entries({ alpha, beta }).flatMap(([parameter, given]) =>
    given?.perChannel ? [{ parameter, count: given.values.length }] : [],
  );
  if (counts.length === 0) return [];
  const { count } = counts[0]!;
  const other = counts.find((each) => each.count !== count);
  if (other !== undefined) {
    throw new TypeError(`beta has ${other.count} values and alpha ${count}, expected as many of both.`);
  }
  const { input, output, name } = activation;
  const shape = told.get({ body: activation, name: input }) ?? told.get({ body: activation, name: output });
  const where = `of node ${describe(name)}`;
  if (shape === undefined) {
    if (channelAxis === undefined || channelAxis >= 0) {
      const why = `the model does not say how many dimensions the input ${where} has`;
      const expected = "one that counts from the end, such as -3 for NCHW";
      const given = channelAxis === undefined ? "was not given" : `is ${channelAxis}`;
      throw new TypeError(`channelAxis ${given}, expected ${expected}: ${why}.`);
    }
    return [count, ...new Array<number>(-1 - channelAxis).fill(1)];
  }
  const rank = shape.length;
  const given = channelAxis ?? NCHW;
  const axis = given < 0 ? given + rank : given;
  if (axis < 0 || axis >= rank) {
    throw new TypeError(
      `channelAxis is ${given}, expected an axis of the input ${where}: ${inWords(shape)}.`,
    );
  }
  const channels = shape[axis];
  if (channels !== undefined && channels !== count) {
    const { parameter } = counts[0]!;
    const expected = `one for each of the ${channels} channels of the input ${where}: ${inWords(shape)}`;
    throw new TypeError(`${parameter} has ${count} values, expected ${expected}.`);
  }
  return [count, ...new Array<number>(rank - 1 - axis).fill(1)];
}

function inWords(shape: Shape): string {
  return `shape [${shape.map((size) => size ?? "?").join(", ")}]`;
}
