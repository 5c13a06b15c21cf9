/**
 * Tensors that broadcast to x, as the kernels take parameters: one value for all, or one a channel.
 *
 * The axes along which parameters differ, and those between them, are taken together as the channels. A parameter
 * that is the same along some of these is repeated, and its gradient summed.
 */

/** The shapes of those parameters that are tensors. */
export interface ParameterShapes {
  readonly alpha?: readonly number[];
  readonly beta?: readonly number[];
}

/** How x falls into channels; undefined where the parameters have one value each. */
export interface Channels {
  /** Of x: outer, channels, inner. */
  readonly shape: readonly [number, number, number];
  readonly channelAxis: 1;
  /** The first of the axes that are the channels, and the sizes of all of them. */
  readonly first: number;
  readonly sizes: readonly number[];
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((all, size) => all * size, 1);
}

/** A parameter's sizes along the axes of x. */
function alignedShape(shape: readonly number[], rank: number): number[] {
  return [...new Array<number>(rank - shape.length).fill(1), ...shape];
}

/**
 * The channels that parameters of these shapes make of x.
 *
 * @throws {TypeError} for a shape that does not broadcast to that of x
 */
export function channelsOf(x: readonly number[], shapes: ParameterShapes): Channels | undefined {
  let [first, end] = [x.length, 0];
  for (const [name, shape] of Object.entries(shapes) as [string, readonly number[]][]) {
    const aligned = shape.length <= x.length ? alignedShape(shape, x.length) : [];
    if (aligned.length < x.length || aligned.some((size, axis) => size !== 1 && size !== x[axis])) {
      throw new TypeError(
        `${name} has shape [${shape.join(", ")}], expected one that broadcasts to x's, [${x.join(", ")}].`,
      );
    }
    for (const [axis, size] of aligned.entries()) {
      if (size === 1) continue;
      first = Math.min(first, axis);
      end = Math.max(end, axis + 1);
    }
  }
  if (first >= end) return undefined;
  const sizes = x.slice(first, end);
  return {
    shape: [product(x.slice(0, first)), product(sizes), product(x.slice(end))],
    channelAxis: 1,
    first,
    sizes,
  };
}

/** For each channel, which of a parameter's values it has; undefined where it has its own. */
function placesOf(
  shape: readonly number[],
  rank: number,
  { first, sizes }: Channels,
): Int32Array | undefined {
  const aligned = alignedShape(shape, rank).slice(first, first + sizes.length);
  if (aligned.every((size, axis) => size === sizes[axis])) return undefined;
  let places = Int32Array.of(0);
  for (const [axis, size] of sizes.entries()) {
    const [outer, own] = [places, aligned[axis]!];
    places = new Int32Array(outer.length * size);
    for (let i = 0; i < places.length; i++) {
      places[i] = outer[Math.floor(i / size)]! * own + (own === 1 ? 0 : i % size);
    }
  }
  return places;
}

/** A parameter's values as the kernels take them. */
export function expand(
  values: Float32Array,
  shape: readonly number[],
  rank: number,
  channels: Channels | undefined,
): number | Float32Array {
  if (channels === undefined || values.length === 1) return values[0]!;
  const places = placesOf(shape, rank, channels);
  return places === undefined ? values : Float32Array.from(places, (place) => values[place]!);
}

/** The gradient of a parameter from that of {@link expand}. */
export function reduce(
  gradient: number | Float32Array,
  shape: readonly number[],
  rank: number,
  channels: Channels | undefined,
): Float32Array {
  if (typeof gradient === "number") return Float32Array.of(gradient);
  const places = placesOf(shape, rank, channels!);
  if (places === undefined) return gradient;
  const sums = new Float64Array(product(shape));
  for (const [channel, place] of places.entries()) sums[place]! += gradient[channel]!;
  return Float32Array.from(sums);
}
