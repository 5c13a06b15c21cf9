/**
 * The target of the fuzz tests of the ONNX rewriter: a model's bytes. A model is rewritten as the slow model says, which
 * works on what ONNX's own schema reads, or refused with an error that the docs name; the bytes given stay as they are.
 */
import { OnnxError, replaceActivations } from "../../ts/onnx/index.js";
import {
  decodeModel,
  encodeModel,
  type GraphJson,
  type ModelJson,
  type NodeJson,
} from "../support/onnx-models.js";

const OPTIONS = { from: ["Relu"], alpha: 0.25, beta: 2 } as const;

export const done = { rewritten: 0, checked: 0, refused: 0 };

/** Rewrites a model, and says whether what came of it is right. */
export function rewriteModel(bytes: Uint8Array): void {
  const given = bytes.slice();
  let found: ReturnType<typeof replaceActivations>;
  try {
    found = replaceActivations(bytes, OPTIONS);
  } catch (error) {
    done.refused++;
    const isMeant = error instanceof OnnxError || error instanceof RangeError || error instanceof TypeError;
    if (!isMeant || /stack|Invalid|undefined|read prop/.test(error.message)) throw error;
    if (error.message.includes("\n")) throw new Error(`the message is ${JSON.stringify(error.message)}`);
    expectSame(bytes, given);
    return;
  }
  expectSame(bytes, given);
  done.rewritten++;
  const before = readWhole(bytes);
  // What lies within an activation goes with it: no operator of ONNX that is replaced has graphs.
  if (
    before === undefined ||
    [...nodeLists(before)].flat().some((node) => isReplaced(node) && hasGraphs(node))
  )
    return;
  done.checked++;
  const replaced = expectReplaced(before, decodeModel(found.model));
  if (replaced.join() !== found.replaced.join())
    throw new Error(`${found.replaced} is said to be replaced, not ${replaced}`);
  // Once more there is nothing left to replace.
  try {
    replaceActivations(found.model, OPTIONS);
  } catch (error) {
    if (error instanceof RangeError) return;
    throw error;
  }
  throw new Error("there is still something to replace");
}

function expectSame(found: Uint8Array, given: Uint8Array): void {
  if (Buffer.compare(found, given) !== 0) throw new Error("the bytes that were given are others now");
}

/**
 * The model by ONNX's schema; undefined where what reads by it would write other bytes: it takes fields of the wrong
 * wire type, which protobuf has everybody skip, for what they should be.
 */
function readWhole(bytes: Uint8Array): (ModelJson & { graph: GraphJson }) | undefined {
  try {
    const model = decodeModel(bytes);
    return Buffer.compare(encodeModel(model), bytes) === 0 ? model : undefined;
  } catch {
    return undefined;
  }
}

function isReplaced({ op_type: opType, domain = "" }: NodeJson): boolean {
  return opType === "Relu" && (domain === "" || domain === "ai.onnx");
}

function hasGraphs({ attribute = [] }: NodeJson): boolean {
  return attribute.some(({ g, graphs = [] }) => g !== undefined || graphs.length > 0);
}

/** Every list of nodes of a model, but for the function SAU: the same lists of the same model in the same order. */
function* nodeLists(model: ModelJson): Generator<NodeJson[]> {
  const inGraph = function* (graph: GraphJson): Generator<NodeJson[]> {
    yield graph.node ?? [];
    for (const node of graph.node ?? []) {
      for (const { g, graphs = [] } of node.attribute ?? []) {
        for (const inner of [...(g === undefined ? [] : [g]), ...graphs]) yield* inGraph(inner);
      }
    }
  };
  if (model.graph !== undefined) yield* inGraph(model.graph);
  for (const body of model.functions ?? []) {
    if (body.name === "SAU" && body.domain === "ai.sau") continue;
    yield* inGraph({ node: body.node ?? [] });
  }
}

/**
 * Checks every node of `after` against `before`.
 *
 * @returns the names of the nodes that were replaced, in order
 */
function expectReplaced(before: ModelJson, after: ModelJson): string[] {
  const replaced: string[] = [];
  const [from, to] = [[...nodeLists(before)], [...nodeLists(after)]];
  if (from.length !== to.length) throw new Error(`there are ${to.length} graphs, and were ${from.length}`);
  for (const [i, nodes] of from.entries()) {
    // Functions get their parameters as constants, which come first.
    const found = to[i]!.slice(to[i]!.length - nodes.length);
    for (const [k, node] of nodes.entries()) {
      const now = found[k]!;
      if (!isReplaced(node)) {
        expectEqual(withoutGraphs(now), withoutGraphs(node));
        continue;
      }
      const { name, input, output } = node;
      replaced.push(name || output![0]!);
      const [x, alpha, beta, ...more] = now.input ?? [];
      if (more.length > 0 || !/^sau_alpha_\d+$/.test(alpha!) || !/^sau_beta_\d+$/.test(beta!)) {
        throw new Error(`SAU has the inputs ${now.input}`);
      }
      expectEqual(
        { name: now.name, op: now.op_type, domain: now.domain, x, output: now.output },
        { name, op: "SAU", domain: "ai.sau", x: input![0], output },
      );
    }
  }
  const {
    graph: graphBefore,
    functions: _,
    opset_import: importsBefore = [],
    ir_version: __,
    ...restBefore
  } = before;
  const {
    graph: graphAfter,
    functions: ___,
    opset_import: importsAfter = [],
    ir_version: ____,
    ...restAfter
  } = after;
  expectEqual(restAfter, restBefore);
  expectEqual(importsAfter.slice(0, importsBefore.length), importsBefore);
  const initializersBefore = graphBefore?.initializer ?? [];
  expectEqual(graphAfter?.initializer?.slice(0, initializersBefore.length) ?? [], initializersBefore);
  expectEqual(graphAfter?.output, graphBefore?.output);
  expectEqual(graphAfter?.value_info, graphBefore?.value_info);
  return replaced;
}

/** A node without the graphs in its attributes, which are compared by themselves. */
function withoutGraphs(node: NodeJson): NodeJson {
  const attribute = node.attribute?.map(({ g: _, graphs: __, ...rest }) => rest);
  return attribute === undefined ? node : { ...node, attribute };
}

function expectEqual(found: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`it is ${a?.slice(0, 300)}, expected ${b?.slice(0, 300)}`);
}
