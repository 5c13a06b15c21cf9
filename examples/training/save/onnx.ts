/** Networks as ONNX models. SAU is a function of the model, which sau-simd/onnx adds. */
import protobuf from "protobufjs";
import { addSauFunction } from "../../../dist/onnx.js";
import { FLOAT, INTS_ATTRIBUTE, node, SCHEMA } from "../../../scripts/onnx-proto.js";
import { tf } from "../framework.js";
import type { Network } from "../nets/network.js";

/** Old enough for every runtime of today, with what {@link addSauFunction} needs. */
const [IR_VERSION, OPSET] = [8, 17];

const SAU_DOMAIN = "ai.sau";

const modelProto = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType("onnx.ModelProto");

type Size = number | string;

/** What is collected of a model, layer after layer. */
interface Graph {
  readonly node: object[];
  readonly initializer: object[];
  readonly output: object[];
  /** The value that the last layer gave. */
  last: string;
  /** Its height, width and channels; or its length alone, once it is flat. */
  shape: readonly number[];
}

export interface OnnxOptions {
  /** Makes what goes into and comes out of every SAU an output of the model too: NAME/x and NAME. */
  readonly exposed?: boolean;
}

/**
 * The network as an ONNX model: `images` of [n, channels, height, width] in, `scores` of [n, classes] out.
 *
 * Channels come first in ONNX and last in TensorFlow.js: filters are turned, and so are the dense layer's rows.
 *
 * @throws {TypeError} for a network with other layers than Conv2D of same padding, Sau, Flatten and Dense
 */
export function toOnnx(network: Network, { exposed = false }: OnnxOptions = {}): Uint8Array {
  const [, height, width, channels] = network.inputs[0].shape as [null, number, number, number];
  const graph: Graph = {
    node: [],
    initializer: [],
    output: [],
    last: "images",
    shape: [height, width, channels],
  };
  for (const layer of network.layers) {
    const add = LAYERS[layer.getClassName()];
    if (add === undefined) {
      throw new TypeError(
        `the layer ${layer.name} is ${layer.getClassName()}, expected one of ${Object.keys(LAYERS).join(", ")}`,
      );
    }
    add(graph, layer, exposed);
  }
  const [classes] = graph.shape;
  graph.node.push(node("Identity", [graph.last], "scores"));
  graph.output.unshift(value("scores", ["n", classes]));
  const { last: _, shape: __, ...parts } = graph;
  const bytes = modelProto
    .encode({
      ir_version: IR_VERSION,
      producer_name: "sau-simd",
      opset_import: [
        { domain: "", version: OPSET },
        { domain: SAU_DOMAIN, version: 1 },
      ],
      graph: { name: network.name, input: [value("images", ["n", channels, height, width])], ...parts },
    })
    .finish();
  return addSauFunction(bytes);
}

/** What adds a layer of each class. */
const LAYERS: Readonly<Record<string, (graph: Graph, layer: tf.layers.Layer, exposed: boolean) => void>> = {
  InputLayer() {},
  Conv2D: addConvolution,
  Sau: addSau,
  Flatten: addFlatten,
  Dense: addDense,
};

function addConvolution(graph: Graph, layer: tf.layers.Layer): void {
  const { padding, strides, dilationRate, activation } = layer.getConfig();
  const isPlain = padding === "same" && activation === "linear" && String(dilationRate) === "1,1";
  if (!isPlain) {
    throw new TypeError(
      `the layer ${layer.name} has padding ${padding}, dilation ${dilationRate}, activation ${activation}; ` +
        "expected same, 1 and linear",
    );
  }
  const steps = strides as [number, number];
  const [kernel, bias] = layer.getWeights();
  const [rows, columns] = kernel.shape;
  const places = graph.shape.slice(0, 2).map((size, axis) => Math.ceil(size / steps[axis]));
  // As TensorFlow pads: what does not fit evenly goes below and to the right.
  const missing = places.map((count, axis) =>
    Math.max(0, (count - 1) * steps[axis] + [rows, columns][axis] - graph.shape[axis]),
  );
  const before = missing.map((size) => Math.floor(size / 2));
  const after = missing.map((size, axis) => size - before[axis]);
  graph.node.push(
    node(
      "Conv",
      [graph.last, ...addWeights(graph, layer, tf.transpose(kernel, [3, 2, 0, 1]), bias)],
      layer.name,
      {
        attribute: [ints("strides", steps), ints("pads", [...before, ...after])],
      },
    ),
  );
  graph.last = layer.name;
  graph.shape = [...places, kernel.shape[3]!];
}

function addSau(graph: Graph, layer: tf.layers.Layer, exposed: boolean): void {
  const { trainBeta, beta } = layer.getConfig();
  const [alpha] = layer.getWeights();
  const [height, width, channels] = graph.shape;
  if (trainBeta !== false || alpha.size !== channels) {
    throw new TypeError(`the layer ${layer.name} is not SAU with one alpha a channel and a fixed beta`);
  }
  graph.initializer.push(
    tensor(`${layer.name}/alpha`, tf.reshape(alpha, [channels, 1, 1])),
    tensor(`${layer.name}/beta`, tf.scalar(beta as number)),
  );
  graph.node.push(
    node("SAU", [graph.last, `${layer.name}/alpha`, `${layer.name}/beta`], layer.name, {
      domain: SAU_DOMAIN,
    }),
  );
  if (exposed) {
    graph.node.push(node("Identity", [graph.last], `${layer.name}/x`));
    const shape = ["n", channels, height, width];
    graph.output.push(value(`${layer.name}/x`, shape), value(layer.name, shape));
  }
  graph.last = layer.name;
}

function addFlatten(graph: Graph, layer: tf.layers.Layer): void {
  graph.node.push(node("Flatten", [graph.last], layer.name));
  graph.last = layer.name;
  // The shape stays: the dense layer turns its rows by it.
}

function addDense(graph: Graph, layer: tf.layers.Layer): void {
  const { activation } = layer.getConfig();
  if (activation !== "linear") {
    throw new TypeError(`the layer ${layer.name} has activation ${activation}, expected linear`);
  }
  const [kernel, bias] = layer.getWeights();
  const units = kernel.shape[1]!;
  const rows = tf.reshape(kernel, [...graph.shape, units]);
  const channelsFirst = graph.shape.length === 3 ? tf.transpose(rows, [2, 0, 1, 3]) : rows;
  const weights = tf.reshape(channelsFirst, kernel.shape as [number, number]);
  graph.node.push(node("Gemm", [graph.last, ...addWeights(graph, layer, weights, bias)], layer.name));
  graph.last = layer.name;
  graph.shape = [units];
}

/** Adds what a layer multiplies by, and its bias if it has one; returns their names. */
function addWeights(graph: Graph, { name }: tf.layers.Layer, kernel: tf.Tensor, bias?: tf.Tensor): string[] {
  const weights = [tensor(`${name}/kernel`, kernel)];
  if (bias !== undefined) weights.push(tensor(`${name}/bias`, bias));
  graph.initializer.push(...weights);
  return weights.map((weight) => weight.name);
}

function tensor(name: string, values: tf.Tensor) {
  return { name, dims: values.shape, data_type: FLOAT, float_data: [...values.dataSync()] };
}

function value(name: string, shape: readonly Size[]): object {
  const dim = shape.map((size) => (typeof size === "string" ? { dim_param: size } : { dim_value: size }));
  return { name, type: { tensor_type: { elem_type: FLOAT, shape: { dim } } } };
}

function ints(name: string, values: readonly number[]): object {
  return { name, ints: values, type: INTS_ATTRIBUTE };
}
