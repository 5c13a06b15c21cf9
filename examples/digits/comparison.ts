import { type Answer, checkAgreement } from "./agreement.js";
import { INITIAL_ALPHA, type Sau, type SauLayer } from "./layers.js";
import { plainBackward, plainForward } from "./plain-sau.js";
import type { Random } from "./random.js";
import { timeCalls } from "./timing.js";

/** Needs the smooth part for every element; and the paper's value: for next to none. */
const BETAS = [1.7, 20_000];

/** How many numbers the small array has. */
const SMALL = 4080;

/** Nanoseconds an element. */
export interface Comparison {
  readonly data: string;
  readonly verb: "forward" | "backward";
  readonly beta: number;
  readonly copy: number;
  readonly sau: number;
  readonly plain: number;
}

/** Numbers to work on, channels last, and where they and the results are kept. */
interface Setting {
  readonly name: string;
  readonly x: Float32Array;
  readonly alpha: number | Float32Array;
  readonly shape: readonly number[];
  allocate(length: number): Tensor;
}

interface Tensor {
  readonly array: Float32Array;
  dispose(): void;
}

/**
 * Times sau-simd against plain JavaScript and against copying as many numbers, on what `layer`
 * last saw and on a small array, after checking that the answers agree.
 */
export function compareSpeed(
  sau: Sau,
  layer: SauLayer,
  random: Random,
  rounds: number,
): readonly Comparison[] {
  const settings: readonly Setting[] = [
    {
      name: "numbers of the network, an alpha a channel, in tensors of sau.alloc",
      x: layer.input.slice(),
      alpha: layer.alpha,
      shape: layer.shape,
      allocate: (length) => sau.alloc(length),
    },
    {
      name: "numbers from -3 to 3, one alpha for all, in ordinary arrays",
      x: Float32Array.from({ length: SMALL }, () => 6 * random() - 3),
      alpha: INITIAL_ALPHA,
      shape: [SMALL],
      allocate: (length) => ({ array: new Float32Array(length), dispose() {} }),
    },
  ];
  return settings.flatMap((setting) =>
    BETAS.flatMap((beta) => compareSetting(sau, setting, beta, random, rounds)),
  );
}

function compareSetting(
  sau: Sau,
  setting: Setting,
  beta: number,
  random: Random,
  rounds: number,
): Comparison[] {
  const { alpha, shape } = setting;
  const length = setting.x.length;
  const tensors = [0, 1, 2, 3].map(() => setting.allocate(length));
  // The views are taken once everything is allocated: an allocation may move them.
  const [x, y, dy, dx] = tensors.map((tensor) => tensor.array);
  x.set(setting.x);
  for (let i = 0; i < length; i++) dy[i] = 2 * random() - 1;

  const params = typeof alpha === "number" ? { alpha, beta } : { alpha, beta, shape, channelAxis: -1 };
  const alphas = typeof alpha === "number" ? Float32Array.of(alpha) : alpha;
  const dAlphas = new Float32Array(alphas.length);
  const forward = () => sau.forward(x, params, { out: y });
  const backward = () => sau.backward(x, dy, params, { want: ["dx", "alpha"], out: { dx } });

  forward();
  checkAgreement({ x, dy, alpha: alphas, beta }, { y, dx, dAlpha: asArray(backward().dAlpha) });

  const [copy, sauForward, plainForwardTime, sauBackward, plainBackwardTime] = timeCalls(
    [
      () => y.set(x),
      forward,
      () => plainForward(x, alphas, beta, y),
      backward,
      () => plainBackward(x, dy, alphas, beta, dx, dAlphas),
    ],
    rounds,
  ).map((nanoseconds) => nanoseconds / length);
  for (const tensor of tensors) tensor.dispose();

  const common = { data: `${length.toLocaleString("en")} ${setting.name}`, beta, copy };
  return [
    { ...common, verb: "forward", sau: sauForward, plain: plainForwardTime },
    { ...common, verb: "backward", sau: sauBackward, plain: plainBackwardTime },
  ];
}

function asArray(gradient: number | Float32Array | undefined): Answer["dAlpha"] {
  return typeof gradient === "number" ? Float32Array.of(gradient) : (gradient ?? Float32Array.of());
}
