/** ONNX models, written and read by ONNX's own schema: test/onnx/fixtures/make.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  createFileRegistry,
  type DescEnum,
  type DescMessage,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { ROOT } from "../../scripts/wasm/tiers.js";

const bytes = readFileSync(join(ROOT, "test/onnx/fixtures/schema.binpb"));
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));

/** A message of ONNX's schema, such as "ModelProto". */
export function schemaOf(name: string): DescMessage {
  const found = registry.getMessage(`onnx.${name}`);
  if (found === undefined) throw new Error(`ONNX's schema has no ${name}.`);
  return found;
}

export function enumOf(name: string): DescEnum {
  const found = registry.getEnum(`onnx.${name}`);
  if (found === undefined) throw new Error(`ONNX's schema has no ${name}.`);
  return found;
}

/** Messages as the JSON form of protobuf has them, with ONNX's names: int64 as strings, bytes in base64. */
export interface NodeJson {
  input?: string[];
  output?: string[];
  name?: string;
  op_type?: string;
  domain?: string;
  attribute?: AttributeJson[];
  [other: string]: unknown;
}

interface AttributeJson {
  name: string;
  type?: string;
  g?: GraphJson;
  graphs?: GraphJson[];
  t?: TensorJson;
  [other: string]: unknown;
}

export interface TensorJson {
  name?: string;
  dims?: (string | number)[];
  data_type?: number;
  float_data?: number[];
  [other: string]: unknown;
}

export interface GraphJson {
  name?: string;
  node?: NodeJson[];
  initializer?: TensorJson[];
  input?: object[];
  output?: object[];
  value_info?: object[];
  [other: string]: unknown;
}

export interface FunctionJson {
  name?: string;
  domain?: string;
  input?: string[];
  output?: string[];
  node?: NodeJson[];
  opset_import?: { domain?: string; version?: string | number }[];
  [other: string]: unknown;
}

export interface ModelJson {
  ir_version?: string | number;
  opset_import?: { domain?: string; version?: string | number }[];
  graph?: GraphJson;
  functions?: FunctionJson[];
  [other: string]: unknown;
}

export function encodeModel(model: ModelJson): Uint8Array {
  return encodeMessage("ModelProto", model);
}

export function encodeMessage(name: string, message: object): Uint8Array {
  return toBinary(schemaOf(name), fromJson(schemaOf(name), message as never));
}

export function decodeModel(bytes: Uint8Array): ModelJson & { graph: GraphJson } {
  const schema = schemaOf("ModelProto");
  return toJson(schema, fromBinary(schema, bytes), { useProtoFieldName: true }) as ModelJson & {
    graph: GraphJson;
  };
}

/** TensorProto.DataType. */
export const [FLOAT, FLOAT16] = [1, 10];

/** A value's name, type and shape; a dimension whose size is not known has a name. */
export function valueInfo(
  name: string,
  shape: readonly (number | string)[],
  elemType: number = FLOAT,
): object {
  const dim = shape.map((size) => (typeof size === "string" ? { dim_param: size } : { dim_value: size }));
  return { name, type: { tensor_type: { elem_type: elemType, shape: { dim } } } };
}

/** A node of one input and one output. */
export function unary(opType: string, input: string, output: string, more: NodeJson = {}): NodeJson {
  return { op_type: opType, input: [input], output: [output], ...more };
}

/** The input and output of a graph from "x" to "y", both of that shape. */
export function ends(shape: readonly (number | string)[], elemType: number = FLOAT): GraphJson {
  return { input: [valueInfo("x", shape, elemType)], output: [valueInfo("y", shape, elemType)] };
}

/** A model of these nodes, from "x" to "y". */
export function modelOf(nodes: NodeJson[], more: ModelJson = {}, graph: GraphJson = {}): ModelJson {
  return {
    ir_version: 8,
    opset_import: [{ version: 17 }],
    graph: { name: "main", node: nodes, ...ends(["n"]), ...graph },
    ...more,
  };
}
