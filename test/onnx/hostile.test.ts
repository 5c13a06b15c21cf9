/**
 * Promise: bytes that somebody made to do harm end in an error, or in a model that is as good as theirs, and take time
 * and memory in proportion to their length.
 */
import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { describe, expect, it } from "vitest";
import { addSauFunction, OnnxError, replaceActivations } from "../../ts/onnx/index.js";
import { temporaryFolder } from "../support/command.js";
import {
  decodeModel,
  encodeMessage,
  encodeModel,
  ends,
  modelOf,
  unary,
  valueInfo,
} from "../support/onnx-models.js";
import { built, runModule } from "../support/process.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";

const OPTIONS = { from: ["Relu", "Clip"], alpha: Float32Array.of(0.1, 0.2) };

function model(): Uint8Array {
  const inner = { name: "inner", node: [unary("Relu", "x", "r")], output: [valueInfo("r", [1, 2, 3])] };
  const block = {
    name: "B",
    domain: "b",
    input: ["i"],
    output: ["o"],
    opset_import: [{ version: 17 }],
    node: [unary("Relu", "i", "o")],
    value_info: [valueInfo("i", [1, 2, 3])],
  };
  return encodeModel(
    modelOf(
      [
        unary("Relu", "x", "a", { name: "first" }),
        {
          op_type: "If",
          input: ["c"],
          output: ["b"],
          attribute: [{ name: "then_branch", type: "GRAPH", g: inner }],
        },
        { op_type: "Clip", input: ["b", "low"], output: ["y"] },
      ],
      { functions: [block] },
      {
        ...ends([1, 2, 3]),
        initializer: [
          { name: "w", dims: [2], data_type: 1, float_data: [1, 2] },
          { name: "low", data_type: 1, float_data: [0] },
        ],
      },
    ),
  );
}

/** The fields `numbers`, each within the one before, around `leaf`. */
function nested(numbers: readonly number[], leaf: Uint8Array = new Uint8Array(0)): Uint8Array {
  const parts = [leaf];
  let { length } = leaf;
  for (const number of [...numbers].reverse()) {
    const header = new BinaryWriter().tag(number, WireType.LengthDelimited).uint32(length).finish();
    parts.push(header);
    length += header.length;
  }
  return Uint8Array.from(Buffer.concat(parts.reverse()));
}

/** `numbers` again and again. */
function repeated(numbers: readonly number[], times: number): number[] {
  return Array.from({ length: times }, () => numbers).flat();
}

describe("whatever happens to the bytes", () => {
  const whole = model();

  /** Tries a model; what is thrown must be an error that is meant. */
  function attempt(bytes: Uint8Array): Uint8Array | undefined {
    try {
      return replaceActivations(bytes, OPTIONS).model;
    } catch (error) {
      const meant = error instanceof OnnxError || error instanceof RangeError || error instanceof TypeError;
      if (!meant || /stack|Invalid|undefined|read prop/.test(error.message)) throw error;
      return undefined;
    }
  }

  /** Whether every byte is read as what the schema says: what reads here accepts more, such as overlapping fields. */
  function isRead(bytes: Uint8Array): boolean {
    try {
      return encodeModel(decodeModel(bytes)).length === bytes.length;
    } catch {
      return false;
    }
  }

  it("cut off anywhere", () => {
    let refused = 0;
    for (let length = 0; length < whole.length; length++)
      if (attempt(whole.subarray(0, length)) === undefined) refused++;
    expect(refused).toBeGreaterThan(whole.length / 2);
    expect(attempt(whole)).toBeDefined();
  });

  it("changed at random: what can be read before can be read after", () => {
    const random = new Random(runSeed);
    let [refused, rewritten] = [0, 0];
    for (let run = 0; run < 15_000; run++) {
      const bytes = whole.slice();
      for (let change = 0; change <= run % 4; change++) bytes[random.below(bytes.length)] = random.below(256);
      const found = attempt(bytes);
      if (found === undefined) {
        refused++;
        continue;
      }
      if (!isRead(bytes)) continue;
      rewritten++;
      expect(() => decodeModel(found), howToRepeat).not.toThrow();
    }
    expect(refused).toBeGreaterThan(1000);
    expect(rewritten).toBeGreaterThan(500);
  });
});

describe("nesting and lengths", () => {
  const head = encodeModel(modelOf([]));
  const after = (bytes: Uint8Array) => Uint8Array.from(Buffer.concat([head, bytes]));

  /** A graph in an attribute of a node, so many times. */
  const levels = (count: number, attributeField: number) => repeated([1, 5, attributeField], count);

  it.each([
    ["graphs in nodes", [7, ...levels(20_000, 6)]],
    ["graphs in lists", [7, ...levels(20_000, 11)]],
    ["graphs in a function", [25, 7, ...levels(20_000, 6).slice(1)]],
  ])("%s, 20,000 deep", (_, numbers) => {
    expect(() => replaceActivations(after(nested(numbers)), OPTIONS)).toThrow(OnnxError);
  });

  it("as deep as protobuf allows, and one deeper", () => {
    const relu = encodeMessage("NodeProto", unary("Relu", "x", "r"));
    // A model, its graph, three messages a level, and the node: 100 at most.
    const deep = (count: number) => after(nested([7, ...levels(count, 6), 1], relu));
    const { model: found, replaced } = replaceActivations(deep(32), { from: ["Relu"] });
    expect(replaced).toEqual(["r"]);
    expect(() => decodeModel(found)).not.toThrow();
    expect(() => replaceActivations(deep(33), { from: ["Relu"] })).toThrow(
      "messages lie within one another more than 100 deep, protobuf's limit",
    );
  });

  it.each([
    ["a length of 4 GiB", new BinaryWriter().tag(7, WireType.LengthDelimited).uint32(0xffffffff).finish()],
    [
      "a length of 2^70",
      Uint8Array.of(0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
    ],
    ["a number without an end", new Uint8Array(1_000_000).fill(0xff)],
    ["groups within groups", new Uint8Array(1_000_000).fill(0x0b)],
    ["the end of no group", Uint8Array.of(0x0c)],
    ["field 0", Uint8Array.of(0, 0)],
  ])("%s", (_, bytes) => {
    expect(() => addSauFunction(after(bytes))).toThrow(OnnxError);
  });

  it("a field that goes on behind its message", () => {
    // In the model's own order all is well: a graph of two bytes, and 20 bytes that are another field.
    const graph = nested([7], Uint8Array.of(0x0a, 9));
    const other = nested([1000], new Uint8Array(20));
    expect(() => replaceActivations(after(Uint8Array.from([...graph, ...other])), OPTIONS)).toThrow(
      "a field ends beyond the GraphProto that it is of",
    );
  });
});

describe("many small messages: 2 MiB of them, in 32 MiB of heap", () => {
  const folder = temporaryFolder();
  const size = 2 * 2 ** 20;

  /** Runs the built package on a model with `unit` again and again within the fields `within`. */
  function run(unit: Uint8Array, within: readonly number[]): unknown {
    const many = new Uint8Array(size - (size % unit.length));
    for (let at = 0; at < many.length; at += unit.length) many.set(unit, at);
    const path = join(folder, "model.onnx");
    writeFileSync(path, encodeModel(modelOf([unary("Relu", "x", "y")])));
    appendFileSync(path, nested(within, many));
    const source = `
      import { readFileSync } from "node:fs";
      import { addSauFunction, replaceActivations } from ${JSON.stringify(built("onnx.js"))};
      const bytes = readFileSync(${JSON.stringify(path)});
      const results = [
        () => addSauFunction(bytes).length > bytes.length,
        () => replaceActivations(bytes, { from: ["Relu"] }).replaced,
      ].map((act) => { try { return act(); } catch (error) { return error.name; } });
      console.log(JSON.stringify(results));`;
    return runModule(source, ["--max-old-space-size=32"]);
  }

  const relu = nested([1], encodeMessage("NodeProto", { op_type: "Relu", input: ["x"], output: ["y"] }));

  it.each([
    ["empty nodes", Uint8Array.of(0x0a, 0), [7], [true, ["y"]]],
    ["activations", relu, [7], [true, "OnnxError"]],
    ["empty attributes of a node", Uint8Array.of(0x2a, 0), [7, 1], [true, ["y"]]],
    ["empty graphs in an attribute", Uint8Array.of(0x5a, 0), [7, 1, 5], [true, ["y"]]],
    ["empty initializers", Uint8Array.of(0x2a, 0), [7], [true, ["y"]]],
    ["packed dimensions of an initializer", Uint8Array.of(1), [7, 5, 1], [true, ["y"]]],
    ["packed numbers in an attribute", Uint8Array.of(1), [7, 1, 5, 8], [true, ["y"]]],
    ["empty imports", Uint8Array.of(0x42, 0), [], ["OnnxError", "OnnxError"]],
    ["empty functions", Uint8Array.of(0xca, 1, 0), [], [true, ["y"]]],
    ["unknown fields", Uint8Array.of(0xf8, 0x07, 1), [], [true, ["y"]]],
  ] as const)("%s", (_, unit, within, expected) => {
    expect(run(unit, within)).toEqual(expected);
  });
});

it("thousands of values a channel for thousands of nodes take no longer than two values do", () => {
  const nodes = Array.from({ length: 2000 }, (_, i) => unary("Relu", "x", `y${i}`));
  const bytes = encodeModel(modelOf(nodes));
  const random = new Random(runSeed);
  /** In milliseconds. The values differ, so that none is known from before as text. */
  const time = (channels: number): number => {
    const [alpha, beta] = [random.array(channels, 0.1, 0.9), random.array(channels, 1, 100)];
    const start = performance.now();
    const { replaced } = replaceActivations(bytes, { from: ["Relu"], alpha, beta, channelAxis: -1 });
    const taken = performance.now() - start;
    expect(replaced).toHaveLength(nodes.length);
    return taken;
  };
  const least = { few: Infinity, many: Infinity };
  for (let round = 0; round < 5; round++) {
    least.few = Math.min(least.few, time(2));
    least.many = Math.min(least.many, time(4096));
  }
  expect(least.many).toBeLessThan(5 * least.few);
});
