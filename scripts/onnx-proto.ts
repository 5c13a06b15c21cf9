/** The part of ONNX's onnx.proto that models are written by from nothing, in the bench and in the training example. */

/** As protobufjs parses it; fields have ONNX's names and numbers. */
export const SCHEMA = `
syntax = "proto3";
package onnx;
message ModelProto {
  int64 ir_version = 1;
  string producer_name = 2;
  GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
  repeated FunctionProto functions = 25;
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message GraphProto {
  repeated NodeProto node = 1;
  string name = 2;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  string op_type = 4;
  repeated AttributeProto attribute = 5;
  string domain = 7;
}
message AttributeProto {
  string name = 1;
  float f = 2;
  TensorProto t = 5;
  repeated int64 ints = 8 [packed = true];
  int32 type = 20;
}
message TensorProto {
  repeated int64 dims = 1 [packed = true];
  int32 data_type = 2;
  repeated float float_data = 4 [packed = true];
  string name = 8;
}
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TypeProto { TensorTypeProto tensor_type = 1; }
message TensorTypeProto { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TensorShapeProto { repeated DimensionProto dim = 1; }
message DimensionProto { int64 dim_value = 1; string dim_param = 2; }
message FunctionProto {
  string name = 1;
  repeated string input = 4;
  repeated string output = 5;
  repeated NodeProto node = 7;
  repeated OperatorSetIdProto opset_import = 9;
  string domain = 10;
}`;

/** TensorProto.DataType. */
export const FLOAT = 1;

/** AttributeProto.AttributeType. */
export const [FLOAT_ATTRIBUTE, TENSOR_ATTRIBUTE, INTS_ATTRIBUTE] = [1, 4, 7];

/** A node of one output; `more` are its other fields. */
export const node = (op_type: string, input: string[], output: string, more: object = {}) => ({
  op_type,
  input,
  output: [output],
  ...more,
});
