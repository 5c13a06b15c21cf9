/**
 * Promise: what is not replaced keeps its bytes: unknown fields, tensors, references to external data; the order of
 * fields does not matter; and the input stays as it was.
 */
import { fromBinary, fromJson, toBinary } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { expect, it } from "vitest";
import { addSauFunction, replaceActivations } from "../../ts/onnx/index.js";
import {
  decodeModel,
  encodeMessage,
  encodeModel,
  ends,
  modelOf,
  schemaOf,
  unary,
  valueInfo,
} from "../support/onnx-models.js";

const MODEL = schemaOf("ModelProto");

/** A model with all that has to survive. */
function richModel() {
  const raw = Buffer.from(Uint8Array.from({ length: 300 }, (_, i) => i * 7)).toString("base64");
  const inner = { name: "inner", node: [unary("Relu", "x", "r")], output: [valueInfo("r", ["n"])] };
  return modelOf(
    [
      {
        op_type: "Conv",
        input: ["x", "w"],
        output: ["c"],
        attribute: [{ name: "strides", type: "INTS", ints: ["2", "2"] }],
      },
      unary("Relu", "c", "d", { metadata_props: [{ key: "a", value: "b" }] }),
      {
        op_type: "If",
        input: ["q"],
        output: ["e"],
        attribute: [{ name: "then_branch", type: "GRAPH", g: inner }],
      },
      unary("LeakyRelu", "e", "y", { attribute: [{ name: "alpha", type: "FLOAT", f: 0.125 }] }),
    ],
    { producer_name: "a test", metadata_props: [{ key: "k", value: "v" }], training_info: [{}] },
    {
      ...ends(["n", 1, 4, 4]),
      initializer: [
        { name: "w", dims: [75], data_type: 1, raw_data: raw },
        {
          name: "far",
          dims: [1000],
          data_type: 1,
          data_location: "EXTERNAL",
          external_data: [
            { key: "location", value: "weights.bin" },
            { key: "offset", value: "4096" },
          ],
        },
      ],
      quantization_annotation: [{ tensor_name: "w" }],
    },
  );
}

const FROM = { from: ["Relu", "LeakyRelu"] };

it("leaves the input as it was", () => {
  const bytes = encodeModel(richModel());
  const before = bytes.slice();
  replaceActivations(bytes, FROM);
  addSauFunction(bytes);
  expect(bytes).toEqual(before);
});

it("takes views of larger buffers, Buffers and shared memory", () => {
  const bytes = encodeModel(richModel());
  const expected = replaceActivations(bytes, FROM);
  const within = new Uint8Array(bytes.length + 20);
  within.set(bytes, 7);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  for (const given of [within.subarray(7, 7 + bytes.length), Buffer.from(bytes), shared]) {
    const found = replaceActivations(given, FROM);
    expect(found).toEqual(expected);
    expect(Object.getPrototypeOf(found.model)).toBe(Uint8Array.prototype);
  }
});

it("keeps references to data in other files, and all that the model says of its tensors", () => {
  const bytes = encodeModel(richModel());
  const before = decodeModel(bytes).graph;
  for (const rewritten of [replaceActivations(bytes, FROM).model, addSauFunction(bytes)]) {
    const { graph } = decodeModel(rewritten);
    expect(graph.initializer!.slice(0, 2)).toEqual(before.initializer);
    expect(graph.initializer![1]).toMatchObject({
      name: "far",
      dims: ["1000"],
      data_location: "EXTERNAL",
      external_data: [
        { key: "location", value: "weights.bin" },
        { key: "offset", value: "4096" },
      ],
    });
    expect(graph.quantization_annotation).toEqual(before.quantization_annotation);
  }
});

it("keeps fields that the schema does not have, in all messages", () => {
  interface Unknown {
    $unknown?: { no: number; wireType: WireType; data: Uint8Array }[];
    [field: string]: unknown;
  }
  const unknown = (no: number) => [
    { no, wireType: WireType.Varint, data: Uint8Array.of(42) },
    { no: no + 1, wireType: WireType.LengthDelimited, data: Uint8Array.of(3, 1, 2, 3) },
    { no: no + 2, wireType: WireType.Bit64, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
    { no: no + 3, wireType: WireType.Bit32, data: Uint8Array.of(1, 2, 3, 4) },
  ];
  const messagesOf = (model: Unknown): Unknown[] => {
    const graph = model.graph as Unknown;
    const nodes = graph.node as Unknown[];
    const [then] = nodes[2]!.attribute as Unknown[];
    const inner = then!.g as Unknown;
    return [model, graph, nodes[1]!, nodes[3]!, nodes[2]!, then!, inner, (inner.node as Unknown[])[0]!];
  };
  const model = fromJson(MODEL, richModel() as never) as unknown as Unknown;
  for (const [i, message] of messagesOf(model).entries()) message.$unknown = unknown(1000 + 10 * i);
  const found = replaceActivations(toBinary(MODEL, model as never), FROM);
  const after = fromBinary(MODEL, found.model) as unknown as Unknown;
  expect(found.replaced).toHaveLength(3);
  for (const [i, message] of messagesOf(after).entries()) {
    expect(message.$unknown, `message ${i}`).toEqual(unknown(1000 + 10 * i));
  }
});

it("passes over fields of a shape that the schema does not have", () => {
  const other = new BinaryWriter().tag(1000, WireType.LengthDelimited).string("other").finish();
  const { graph: _, ...rest } = modelOf([]);
  const bytes = encodeModel(rest);
  const node = encodeMessage("GraphProto", { node: [unary("Relu", "x", "y")] });
  const field = (number: number, value: Uint8Array): Uint8Array =>
    new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(value).finish();
  const dim = (size: number): Uint8Array =>
    field(1, new BinaryWriter().tag(1, WireType.Varint).int64(size).finish());
  const shape = Buffer.concat([other, dim(2), other, dim(3), other]);
  const type = field(1, field(2, shape));
  const info = Buffer.concat([
    new BinaryWriter().tag(1, WireType.LengthDelimited).string("x").finish(),
    field(2, type),
  ]);
  const given = Buffer.concat([bytes, field(7, Buffer.concat([node, field(11, info)]))]);
  const alpha = Float32Array.of(0.1, 0.2, 0.3);
  const { graph: found } = decodeModel(replaceActivations(given, { from: ["Relu"], alpha }).model);
  expect(found.initializer![0]!.dims).toEqual(["3"]);
});

/** The same message with its fields in the order of falling numbers, and so those within it. */
function reversed(bytes: Uint8Array, schema = MODEL): Uint8Array {
  const reader = new BinaryReader(bytes);
  const fields: { number: number; bytes: Uint8Array }[] = [];
  while (reader.pos < bytes.length) {
    const [number, type] = reader.tag();
    const field = schema.fields.find((each) => each.number === number)!;
    const isMessage =
      field.fieldKind === "message" || (field.fieldKind === "list" && field.listKind === "message");
    const value = isMessage
      ? new BinaryWriter().bytes(reversed(reader.bytes(), field.message)).finish()
      : reader.skip(type, number);
    fields.push({ number, bytes: new BinaryWriter().tag(number, type).raw(value).finish() });
  }
  const writer = new BinaryWriter();
  for (const field of fields.sort((a, b) => b.number - a.number)) writer.raw(field.bytes);
  return writer.finish();
}

it("reads fields in any order", () => {
  const bytes = encodeModel(richModel());
  const backward = reversed(bytes);
  expect(backward).not.toEqual(bytes);
  expect(decodeModel(backward)).toEqual(decodeModel(bytes));
  const [found, expected] = [backward, bytes].map((each) => replaceActivations(each, FROM));
  expect(found!.replaced).toEqual(expected!.replaced);
  expect(decodeModel(found!.model)).toEqual(decodeModel(expected!.model));
});

it("reads a model whose graph comes in two parts, which protobuf puts together", () => {
  const whole = richModel();
  const { node, ...rest } = whole.graph!;
  const parts = [
    encodeModel({ ...whole, graph: { ...rest, node: node!.slice(0, 2) } }),
    encodeModel({ graph: { node: node!.slice(2) } }),
  ];
  const found = replaceActivations(Uint8Array.from(Buffer.concat(parts)), FROM);
  expect(found.replaced).toHaveLength(3);
  const { graph } = decodeModel(found.model);
  expect(graph.node!.map(({ op_type }) => op_type)).toEqual(["Conv", "SAU", "If", "SAU"]);
  const defined = graph.initializer!.map(({ name }) => name);
  expect(new Set(defined).size).toBe(defined.length);
  expect(defined).toEqual(expect.arrayContaining(graph.node![3]!.input!.slice(1)));
});

it("takes the last of several values of a field, as protobuf does", () => {
  const bytes = encodeModel(richModel());
  const extra = encodeModel({ ir_version: 5 });
  expect(
    decodeModel(replaceActivations(Uint8Array.from(Buffer.concat([bytes, extra])), FROM).model).ir_version,
  ).toBe("8");
});

it("writes lengths of any size", () => {
  // Around the sizes at which a length takes one more byte.
  for (const size of [0, 60, 100, 127, 128, 129, 16_000, 16_383, 16_384, 2_097_152]) {
    const doc_string = "d".repeat(size);
    const model = modelOf([unary("Relu", "x", "y", { doc_string })]);
    const found = decodeModel(replaceActivations(encodeModel(model), { from: ["Relu"] }).model);
    expect(found.graph.node![0]).toMatchObject({ op_type: "SAU", doc_string });
  }
});
