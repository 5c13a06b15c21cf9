/** An image out of a request's body. */
import { PIXELS } from "../../digits/image.js";
import { Refusal } from "./refusal.js";

/** Bytes that a body may have: 784 numbers in JSON fit, one a line. */
export const BODY_LIMIT = 16 * 1024;

const FORMATS: ReadonlyMap<string, (body: Uint8Array) => Uint8Array> = new Map([
  ["application/octet-stream", fromBytes],
  ["application/json", fromJson],
]);

/**
 * The image that a request brings: 28 x 28 bytes, row by row, 0 is paper and 255 is ink.
 *
 * @throws {Refusal} 415 for another content type, 413 for a body over the limit, 400 for one that is no image
 */
export async function readPixels(request: Request): Promise<Uint8Array> {
  const type = request.headers.get("content-type");
  const parse = FORMATS.get(type?.split(";")[0].trim().toLowerCase() ?? "");
  if (parse === undefined) {
    throw new Refusal(
      415,
      `the content type is ${type ?? "missing"}, expected ${[...FORMATS.keys()].join(" or ")}`,
    );
  }
  return parse(await readBody(request));
}

async function readBody(request: Request): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length"));
  if (announced > BODY_LIMIT) throw tooLarge(`has ${announced} bytes`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (request.body !== null) {
    // A streamed body announces no length: it is counted, and the rest of one that is too long is not read.
    for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > BODY_LIMIT) throw tooLarge(`goes on after ${BODY_LIMIT} bytes`);
      chunks.push(chunk);
    }
  }
  const body = new Uint8Array(length);
  chunks.reduce((at, chunk) => {
    body.set(chunk, at);
    return at + chunk.length;
  }, 0);
  return body;
}

function tooLarge(what: string): Refusal {
  return new Refusal(413, `the body ${what}, expected ${BODY_LIMIT} at most`);
}

function fromBytes(body: Uint8Array): Uint8Array {
  if (body.length !== PIXELS) {
    throw new Refusal(400, `the body has ${body.length} bytes, expected ${PIXELS}: one a pixel of 28 x 28`);
  }
  return body;
}

function fromJson(body: Uint8Array): Uint8Array {
  const numbers = parseJson(body);
  if (!Array.isArray(numbers)) {
    throw new Refusal(400, `the JSON is ${kind(numbers)}, expected an array of ${PIXELS} numbers`);
  }
  if (numbers.length !== PIXELS) {
    throw new Refusal(
      400,
      `the array has ${numbers.length} elements, expected ${PIXELS}: one a pixel of 28 x 28`,
    );
  }
  const wrong = numbers.findIndex((pixel) => !(Number.isInteger(pixel) && pixel >= 0 && pixel <= 255));
  if (wrong !== -1) {
    const given = typeof numbers[wrong] === "number" ? numbers[wrong] : kind(numbers[wrong]);
    throw new Refusal(400, `element ${wrong} is ${given}, expected a whole number from 0 to 255`);
  }
  return Uint8Array.from(numbers);
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw new Refusal(400, `the body is not JSON: ${(error as Error).message}`);
  }
}

/** A JSON value's kind, with its article. */
function kind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
