/** Ways to compute the same: wherever arrays lie, however they are cut, one by one or in batches. */
import type { Sau } from "../../ts/index.js";
import { type Case, type Results, resultsOf, together, WANT } from "./cases.js";

/** A way from a call to its results. */
export type Way = (sau: Sau, call: Case) => Results;

/** `values` in an array of its own that begins `offset` elements behind an aligned address. */
function moved(values: Float32Array, offset: number): Float32Array {
  const copy = new Float32Array(values.length + offset).subarray(offset);
  copy.set(values);
  return copy;
}

/** Inputs and outputs at different offsets. */
export function atOffset(offset: number): Way {
  return (sau, { x, dy, params }) => {
    const [xs, dys] = [moved(x, offset), moved(dy, offset + 1)];
    const y = sau.forward(xs, params, { out: moved(x, offset + 2) });
    return together(y, sau.backward(xs, dys, params, { want: WANT, out: { dx: moved(x, offset + 3) } }));
  };
}

/** Results over their inputs, in memory of the caller. */
export const inPlace: Way = (sau, { x, dy, params }) => {
  const y = moved(x, 0);
  const dx = moved(dy, 0);
  sau.forward(y, params, { out: y });
  return together(y, sau.backward(x, dx, params, { want: WANT, out: { dx } }));
};

/** The same from tensors of the arena, which begin `offset` elements into them. */
export function inArena(offset: number): Way {
  return (sau, { x, dy, params }) => {
    const tensors = [x, dy].map(({ length }) => sau.alloc(length + offset));
    const [y, dx] = tensors.map(({ array }) => array.subarray(offset)) as [Float32Array, Float32Array];
    y.set(x);
    dx.set(dy);
    const gradients = sau.backward(y, dx, params, { want: WANT, out: { dx } });
    const results = together(sau.forward(y, params, { out: y }).slice(), { ...gradients, dx: dx.slice() });
    for (const tensor of tensors) tensor.dispose();
    return results;
  };
}

/** Parts of a call along its first axis, or one part where that has the channels: of at most `size` of it. */
function partsOf({ x, dy, params }: Case, size: number): Case[] {
  const { shape = [x.length], channelAxis = -1 } = params;
  const rows = shape[0]!;
  const isSplit = params.shape === undefined || (channelAxis + shape.length) % shape.length !== 0;
  if (!isSplit || rows === 0) return [{ x, dy, params }];
  const row = x.length / rows;
  return Array.from({ length: Math.ceil(rows / size) }, (_, k) => {
    const [from, to] = [k * size, Math.min(rows, (k + 1) * size)];
    return {
      x: x.subarray(from * row, to * row),
      dy: dy.subarray(from * row, to * row),
      params: params.shape === undefined ? params : { ...params, shape: [to - from, ...shape.slice(1)] },
    };
  });
}

/** One array of many. */
function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** y and dx call by call of parts of `size`; sums, which parts would add up otherwise, of the whole. */
export function inParts(size: number): Way {
  return (sau, call) => {
    const parts = partsOf(call, size);
    const y = joined(parts.map(({ x, params }) => sau.forward(x, params)));
    const dx = joined(parts.map(({ x, dy, params }) => sau.backward(x, dy, params, { want: ["dx"] }).dx));
    const { singles, doubles } = resultsOf(sau, call);
    return { singles: { ...singles, y, dx }, doubles };
  };
}

/** As {@link inParts}, with all parts of one size in one batch. */
export function inBatches(size: number): Way {
  return (sau, call) => {
    const parts = partsOf(call, size);
    const { singles, doubles } = resultsOf(sau, call);
    const bySize = [parts.filter((part) => part.x.length === parts[0]!.x.length), parts.slice(-1)];
    if (bySize[0]!.length === parts.length) bySize.pop();
    const y = bySize.flatMap((some) =>
      sau.forwardBatch(
        some.map(({ x }) => x),
        some[0]!.params,
      ),
    );
    const dx = bySize.flatMap((some) => {
      const [xs, dys] = [some.map(({ x }) => x), some.map(({ dy }) => dy)];
      return sau.backwardBatch(xs, dys, some[0]!.params, { want: ["dx"] }).map((gradients) => gradients.dx);
    });
    return { singles: { ...singles, y: joined(y), dx: joined(dx) }, doubles };
  };
}
