/** Promise: names and numbers of fields are those of ONNX's own schema. */
import { describe, expect, it } from "vitest";
import * as schema from "../../ts/onnx/schema.js";
import { enumOf, schemaOf } from "../support/onnx-models.js";

const { ATTRIBUTE_TYPE, DATA_TYPE, ...messages } = schema;

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

describe.each(Object.values(messages))("$name", ({ name, ...fields }) => {
  it.each(Object.entries(fields))("has the field %s with number %i", (field, number) => {
    const found = schemaOf(name).fields.find((each) => each.number === number)?.name;
    // A field "name" is called nodeName, tensorName and so on: "name" is the message's own.
    expect([snakeCase(field), field.replace(/^.*Name$/, "name")]).toContain(found);
  });
});

it.each([
  ["AttributeProto.AttributeType", ATTRIBUTE_TYPE],
  ["TensorProto.DataType", DATA_TYPE],
])("%s has these values", (name, values) => {
  const found = Object.fromEntries(
    enumOf(name).values.map((value) => [value.name.toLowerCase(), value.number]),
  );
  expect(found).toMatchObject(values);
});
