/** Promise: what can be read is read, whatever its format; all else is refused, with the status and the reason. */
import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { loadTestDigits, pixelsOf } from "../../digits/digits.js";
import { BODY_LIMIT } from "../worker/body.js";
import { served } from "./support.js";

const worker = served();
const pixels = new Uint8Array(pixelsOf(loadTestDigits(), 0));

async function ask(path: string, init: RequestInit) {
  const response = await fetch(new URL(path, worker().url), init);
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
}

const post = (type: string | undefined, body: BodyInit) =>
  ask("/digit", {
    method: "POST",
    headers: type === undefined ? {} : { "content-type": type },
    body,
    duplex: "half",
  } as RequestInit);
const postBytes = (bytes: BodyInit) => post("application/octet-stream", bytes);
const postJson = (value: unknown) => post("application/json", JSON.stringify(value));

describe("an image", () => {
  it("as bytes is answered with its digit, ten probabilities and the tier", async () => {
    const { status, json } = await postBytes(pixels);
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(["digit", "probabilities", "tier"]);
    expect(json.digit).toBe(7);
    expect(json.tier).toMatch(/^(relaxed-simd|simd128)$/); // the processor decides
    expect(json.probabilities).toHaveLength(10);
    const sum = json.probabilities.reduce((total: number, probability: number) => total + probability, 0);
    expect(sum).toBeCloseTo(1, 6);
    expect(json.probabilities.indexOf(Math.max(...json.probabilities))).toBe(7);
  });

  it("as JSON, compact or one number a line, or streamed in pieces gets the same answer", async () => {
    const { json } = await postBytes(pixels);
    expect((await postJson([...pixels])).json).toEqual(json);
    const spacious = JSON.stringify([...pixels], null, 8);
    expect((await post("Application/JSON; charset=utf-8", spacious)).json).toEqual(json);
    expect(
      (await postBytes(streamOf([pixels.slice(0, 1), pixels.slice(1, 500), pixels.slice(500)]))).json,
    ).toEqual(json);
  });

  it("is answered by itself, whatever was asked before", async () => {
    const { json } = await postBytes(pixels);
    await postBytes(new Uint8Array(pixels.length).fill(255));
    expect((await postBytes(pixels)).json).toEqual(json);
  });
});

describe("400 names what is wrong with", () => {
  const filled = (element: unknown) => Array.from(pixels, (pixel, i) => (i === 3 ? element : pixel));
  const cases: [string, () => ReturnType<typeof post>, string][] = [
    ["no bytes", () => postBytes(""), "the body has 0 bytes, expected 784: one a pixel of 28 x 28"],
    [
      "a byte too few",
      () => postBytes(pixels.slice(1)),
      "the body has 783 bytes, expected 784: one a pixel of 28 x 28",
    ],
    [
      "a byte too many",
      () => postBytes(new Uint8Array(785)),
      "the body has 785 bytes, expected 784: one a pixel of 28 x 28",
    ],
    ["JSON that is cut off", () => post("application/json", "[1, 2"), "the body is not JSON: "],
    ["JSON of no bytes", () => post("application/json", ""), "the body is not JSON: "],
    [
      "JSON that is not UTF-8",
      () => post("application/json", Uint8Array.of(0x22, 0xff, 0x22)),
      "the body is not JSON: ",
    ],
    ["an object", () => postJson({ pixels: [] }), "the JSON is an object, expected an array of 784 numbers"],
    ["null", () => postJson(null), "the JSON is null, expected an array of 784 numbers"],
    ["a string", () => postJson("7"), "the JSON is a string, expected an array of 784 numbers"],
    ["a short array", () => postJson([1]), "the array has 1 elements, expected 784: one a pixel of 28 x 28"],
    [
      "a number over 255",
      () => postJson(filled(256)),
      "element 3 is 256, expected a whole number from 0 to 255",
    ],
    [
      "a negative number",
      () => postJson(filled(-1)),
      "element 3 is -1, expected a whole number from 0 to 255",
    ],
    ["a fraction", () => postJson(filled(0.5)), "element 3 is 0.5, expected a whole number from 0 to 255"],
    [
      "null among numbers",
      () => postJson(filled(null)),
      "element 3 is null, expected a whole number from 0 to 255",
    ],
    [
      "a string among numbers",
      () => postJson(filled("1")),
      "element 3 is a string, expected a whole number from 0 to 255",
    ],
  ];
  it.each(cases)("%s", async (_, send, reason) => {
    const { status, json } = await send();
    expect(status).toBe(400);
    expect(json.error.startsWith(reason), json.error).toBe(true);
  });
});

describe("a request of another kind is refused", () => {
  it("404 for a path where nothing is", async () => {
    for (const path of ["/digits", "/digit/", "/constructor"]) {
      const { status, json } = await ask(path, {});
      expect(status).toBe(404);
      expect(json.error).toBe(`there is nothing at ${path}, expected / or /digit`);
    }
  });

  it("405 for a method that a path does not know, with those it does", async () => {
    const read = await ask("/digit", {});
    expect([read.status, read.headers.get("allow")]).toEqual([405, "POST"]);
    expect(read.json.error).toBe("the method is GET, expected POST at /digit");
    const written = await ask("/", { method: "PUT", body: pixels });
    expect([written.status, written.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("415 for a content type that it does not read, or none", async () => {
    const picture = await post("image/png", pixels);
    expect(picture.status).toBe(415);
    const expected = "expected application/octet-stream or application/json";
    expect(picture.json.error).toBe(`the content type is image/png, ${expected}`);
    const untyped = await post(undefined, pixels);
    expect(untyped.status).toBe(415);
    expect(untyped.json.error).toBe(`the content type is missing, ${expected}`);
  });

  it("413 for a body whose announced length is over the limit; one at the limit is read", async () => {
    const { status, json } = await postBytes(new Uint8Array(BODY_LIMIT + 1));
    expect(status).toBe(413);
    expect(json.error).toBe(`the body has ${BODY_LIMIT + 1} bytes, expected ${BODY_LIMIT} at most`);
    expect((await postBytes(new Uint8Array(BODY_LIMIT))).status).toBe(400);
  });

  it("413 for a streamed body as soon as it is over the limit, without waiting for its end", async () => {
    const request = httpRequest(new URL("/digit", worker().url), {
      method: "POST",
      headers: { "content-type": "application/octet-stream", "transfer-encoding": "chunked" },
    });
    request.write(new Uint8Array(BODY_LIMIT));
    request.write(new Uint8Array(1)); // and never ends
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const { error } = (await json(response)) as { error: string };
    request.destroy();
    expect(response.statusCode).toBe(413);
    expect(error).toBe(`the body goes on after ${BODY_LIMIT} bytes, expected ${BODY_LIMIT} at most`);
  });

  it("and the next one is answered", async () => {
    await postBytes(new Uint8Array(1_000_000)).catch(() => {}); // the connection may close before all is sent
    expect((await postBytes(pixels)).json.digit).toBe(7);
  });
});

function streamOf(chunks: Uint8Array[]): ReadableStream {
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
  });
}
