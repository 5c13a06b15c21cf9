/** Posts digits to a served Worker over connections that stay open, and times the answers. */
import { Pool } from "undici";
import { type Digits, pixelsOf } from "../../digits/digits.js";
import type { Reading } from "../worker/reader.js";

export interface Load {
  /** How many digits to post; after the last one comes the first again. */
  readonly requests: number;
  /** Requests under way at a time. */
  readonly concurrency: number;
  /** Called for each answer. */
  onAnswer?(reading: Reading, digit: number): void;
  /** Called after every `sampleEvery` answers. */
  onSample?(): void;
  readonly sampleEvery?: number;
}

/**
 * Milliseconds that each request took, in ascending order.
 *
 * @throws {Error} for an answer other than 200
 */
export async function post(
  url: URL,
  digits: Digits,
  { requests, concurrency, onAnswer, onSample, sampleEvery = requests }: Load,
): Promise<Float64Array> {
  const pool = new Pool(url.origin, { connections: concurrency });
  const times = new Float64Array(requests);
  let begun = 0;
  let answered = 0;
  const client = async () => {
    while (begun < requests) {
      const request = begun++;
      const digit = request % digits.count;
      const start = performance.now();
      const { statusCode, body } = await pool.request({
        path: "/digit",
        method: "POST",
        headers: { "content-type": "application/octet-stream" },
        body: pixelsOf(digits, digit),
      });
      const text = await body.text();
      times[request] = performance.now() - start;
      if (statusCode !== 200) throw new Error(`digit ${digit} was answered ${statusCode}: ${text}`);
      onAnswer?.(JSON.parse(text), digit);
      if (++answered % sampleEvery === 0) onSample?.();
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, client));
  } finally {
    await pool.destroy();
  }
  return times.sort();
}

/** The value below which a share of ascending values lies. */
export function quantile(ascending: Float64Array, share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(share * ascending.length))];
}
