/**
 * What is used here of ONNX's schema: messages by their names, fields by their numbers.
 *
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (Apache-2.0). Numbers never change, and what is not
 * listed is kept as it is. test/onnx/schema.test.ts compares with the schema that ONNX publishes.
 */

export const MODEL = { name: "ModelProto", irVersion: 1, graph: 7, opsetImport: 8, functions: 25 } as const;

export const OPSET = { name: "OperatorSetIdProto", domain: 1, version: 2 } as const;

export const GRAPH = {
  name: "GraphProto",
  node: 1,
  initializer: 5,
  input: 11,
  output: 12,
  valueInfo: 13,
  sparseInitializer: 15,
} as const;

export const NODE = {
  name: "NodeProto",
  input: 1,
  output: 2,
  nodeName: 3,
  opType: 4,
  attribute: 5,
  domain: 7,
  overload: 8,
} as const;

export const ATTRIBUTE = {
  name: "AttributeProto",
  attributeName: 1,
  f: 2,
  i: 3,
  t: 5,
  g: 6,
  graphs: 11,
  type: 20,
  refAttrName: 21,
} as const;

/** AttributeProto.AttributeType. */
export const ATTRIBUTE_TYPE = { float: 1, int: 2, tensor: 4 } as const;

export const TENSOR = {
  name: "TensorProto",
  dims: 1,
  dataType: 2,
  floatData: 4,
  int32Data: 5,
  tensorName: 8,
  rawData: 9,
  doubleData: 10,
} as const;

/** TensorProto.DataType. */
export const DATA_TYPE = { float: 1, float16: 10, double: 11, bfloat16: 16 } as const;

export const SPARSE_TENSOR = { name: "SparseTensorProto", values: 1 } as const;

export const VALUE_INFO = { name: "ValueInfoProto", valueName: 1, type: 2 } as const;

export const TYPE = { name: "TypeProto", tensorType: 1 } as const;

export const TENSOR_TYPE = { name: "TypeProto.Tensor", elemType: 1, shape: 2 } as const;

export const SHAPE = { name: "TensorShapeProto", dim: 1 } as const;

export const DIMENSION = { name: "TensorShapeProto.Dimension", dimValue: 1 } as const;

export const FUNCTION = {
  name: "FunctionProto",
  functionName: 1,
  input: 4,
  output: 5,
  node: 7,
  docString: 8,
  opsetImport: 9,
  domain: 10,
  valueInfo: 12,
} as const;
