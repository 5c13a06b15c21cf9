import type { createSauSync } from "sau-simd";
import { columnSums, matmul, rowMajor, transposed } from "./matmul.js";
import type { Random } from "./random.js";

export type Sau = ReturnType<typeof createSauSync>;

/** Numbers that training changes, and the gradient of the loss with respect to them. */
export interface Parameter {
  readonly value: Float32Array;
  readonly gradient: Float32Array;
}

/**
 * One step of the network, for batches of one fixed size. Images are channels last:
 * batch x height x width x channels. What a layer returns is its own and lasts until its next call.
 */
export interface Layer {
  readonly parameters: readonly Parameter[];
  forward(x: Float32Array): Float32Array;
  /** Gradient of the output in, gradient of the input out; may overwrite `dy`. */
  backward(dy: Float32Array): Float32Array;
}

/** Where the alpha of every channel starts: the paper's value. */
export const INITIAL_ALPHA = 0.15;

export interface SauLayer extends Layer {
  readonly shape: readonly number[];
  /** One value a channel. */
  readonly alpha: Float32Array;
  /** What the last forward was given. */
  readonly input: Float32Array;
}

/**
 * SAU with one trained alpha a channel. All its arithmetic, both ways, is sau-simd's.
 * Its tensors are in sau-simd's memory, and so are those of the layers around it: no copies.
 */
export function sauLayer(sau: Sau, shape: readonly number[], beta: number): SauLayer {
  const output = sau.alloc(shape.reduce((product, size) => product * size, 1));
  const channels = shape[shape.length - 1];
  const alpha = parameter(new Float32Array(channels).fill(INITIAL_ALPHA));
  const params = { alpha: alpha.value, beta, shape, channelAxis: -1 };
  let input: Float32Array = new Float32Array();
  return {
    shape,
    alpha: alpha.value,
    get input() {
      return input;
    },
    parameters: [alpha],
    forward(x) {
      input = x;
      return sau.forward(x, params, { out: output.array });
    },
    backward(dy) {
      sau.backward(input, dy, params, {
        want: ["dx", "alpha"],
        out: { dx: dy, dAlpha: alpha.gradient },
      });
      return dy;
    },
  };
}

/** y = x W + b, W of inputs x outputs. */
export function denseLayer(sau: Sau, batch: number, inputs: number, outputs: number, random: Random): Layer {
  const weights = parameter(initialWeights(inputs, outputs, random));
  const bias = parameter(new Float32Array(outputs));
  const output = sau.alloc(batch * outputs);
  const dx = sau.alloc(batch * inputs);
  const w = rowMajor(weights.value, outputs);
  let input: Float32Array = new Float32Array();
  return {
    parameters: [weights, bias],
    forward(x) {
      input = x;
      const y = output.array;
      matmul(y, rowMajor(x, inputs), w, batch, inputs, outputs, bias.value);
      return y;
    },
    backward(dy) {
      const x = rowMajor(input, inputs);
      const g = rowMajor(dy, outputs);
      matmul(weights.gradient, transposed(x), g, inputs, batch, outputs);
      columnSums(bias.gradient, dy);
      const out = dx.array;
      matmul(out, g, transposed(w), batch, outputs, inputs);
      return out;
    },
  };
}

/** Size of a convolution's window, its step, and the zeros around the image. */
const WINDOW = 3;
const STRIDE = 2;
const PADDING = 1;

/** Height and width of what a convolution makes of an image of this height and width. */
export function convolvedSide(side: number): number {
  return Math.floor((side + 2 * PADDING - WINDOW) / STRIDE) + 1;
}

/**
 * 3 x 3 convolution of stride 2 over square images: the windows become the rows of a matrix,
 * and a dense layer takes each window to its channels. `first` spares the gradient of the pixels.
 */
export function convolutionLayer(
  sau: Sau,
  batch: number,
  side: number,
  inputs: number,
  outputs: number,
  random: Random,
  { first = false } = {},
): Layer {
  const windows = batch * convolvedSide(side) ** 2;
  const size = WINDOW * WINDOW * inputs;
  const runs = windowRuns(batch, side, inputs);
  const patches = new Float32Array(windows * size);
  const dPatches = new Float32Array(first ? 0 : windows * size);
  const weights = parameter(initialWeights(size, outputs, random));
  const bias = parameter(new Float32Array(outputs));
  const output = sau.alloc(windows * outputs);
  const dx = sau.alloc(first ? 0 : batch * side * side * inputs);
  const w = rowMajor(weights.value, outputs);
  const rows = rowMajor(patches, size);
  return {
    parameters: [weights, bias],
    forward(x) {
      for (let run = 0; run < runs.length; run += 3) {
        const from = runs[run];
        const to = runs[run + 1];
        const length = runs[run + 2];
        for (let i = 0; i < length; i++) {
          patches[to + i] = x[from + i];
        }
      }
      const y = output.array;
      matmul(y, rows, w, windows, size, outputs, bias.value);
      return y;
    },
    backward(dy) {
      const g = rowMajor(dy, outputs);
      matmul(weights.gradient, transposed(rows), g, size, windows, outputs);
      columnSums(bias.gradient, dy);
      const out = dx.array;
      if (!first) {
        matmul(dPatches, g, transposed(w), windows, outputs, size);
        out.fill(0);
        for (let run = 0; run < runs.length; run += 3) {
          const to = runs[run];
          const from = runs[run + 1];
          const length = runs[run + 2];
          for (let i = 0; i < length; i++) {
            out[to + i] += dPatches[from + i];
          }
        }
      }
      return out;
    },
  };
}

/**
 * The part of every row of every window that lies inside its image, three numbers each: where it
 * starts in the images, where it starts in the windows, how long it is. The rest stays zero.
 */
function windowRuns(batch: number, side: number, channels: number): Int32Array {
  const outSide = convolvedSide(side);
  const runs: number[] = [];
  for (let window = 0; window < batch * outSide ** 2; window++) {
    const image = Math.floor(window / outSide ** 2);
    const top = (Math.floor(window / outSide) % outSide) * STRIDE - PADDING;
    const left = (window % outSide) * STRIDE - PADDING;
    const first = Math.max(left, 0);
    const end = Math.min(left + WINDOW, side);
    for (let row = Math.max(top, 0); row < Math.min(top + WINDOW, side); row++) {
      const inImages = (image * side + row) * side + first;
      const inWindows = (window * WINDOW + row - top) * WINDOW + first - left;
      runs.push(inImages * channels, inWindows * channels, (end - first) * channels);
    }
  }
  return Int32Array.from(runs);
}

function parameter(value: Float32Array): Parameter {
  return { value, gradient: new Float32Array(value.length) };
}

/** Uniform, of the variance that keeps activations at scale through leaky units (He et al.). */
function initialWeights(inputs: number, outputs: number, random: Random): Float32Array {
  const bound = Math.sqrt(6 / ((1 + INITIAL_ALPHA ** 2) * inputs));
  return Float32Array.from({ length: inputs * outputs }, () => (2 * random() - 1) * bound);
}
