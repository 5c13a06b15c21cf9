/**
 * Calls of the verbs, read off bytes: the arguments, right or wrong, what may come of them, and the check of what did.
 *
 * Every call is made on every Sau, of each tier and in a memory that is another's. What is right has to succeed, with
 * values that the model holds for right and no byte changed beside them; what is wrong has to be refused with an error
 * that the docs name, and no byte changed at all.
 */
import type { Sau } from "../../ts/index.js";
import { expectSameBits, randomNumbers } from "../support/numbers.js";
import type { Choices } from "./choices.js";
import { type ElementParams, isDx, isY, ModelSum } from "./model.js";
import { EVENTS, type Event, MEMORIES, type Span, STRETCH, type World } from "./world.js";

const WANTS = ["dx", "alpha", "beta", "bias"] as const;
type Want = (typeof WANTS)[number];
const NAMES = ["alpha", "beta", "bias"] as const;
const KEYS = { dx: "dx", alpha: "dAlpha", beta: "dBeta", bias: "dBias" } as const;

/** Names of the errors that a call may throw. */
type Fault = "TypeError" | "RangeError";

/** What is given for a parameter: nothing, a number, values in a stretch, or anything else. */
type Given = undefined | number | Span | { readonly wrong: unknown };

/** The parameters of a call. */
interface ParamsPlan {
  readonly alpha: Given;
  readonly beta: Given;
  readonly bias: Given;
  readonly shape?: unknown;
  readonly channelAxis?: unknown;
  /** What is given in their place. */
  readonly instead?: { readonly wrong: unknown };
  readonly layout: { readonly channels: number; readonly inner: number };
}

/** An array of a call: a span, one where the kernels keep their own things, or something else. */
type ArrayPlan =
  | Span
  | { readonly byte: number; readonly length: number; readonly wrong?: undefined }
  | { readonly wrong: unknown };

interface CallPlan {
  readonly verb: "forward" | "backward" | "forwardBatch" | "backwardBatch";
  readonly params: ParamsPlan | undefined;
  readonly xs: ArrayPlan[];
  readonly dys: ArrayPlan[];
  readonly outs: (ArrayPlan | undefined)[];
  readonly want: readonly Want[] | undefined;
  /** Where the gradients of the parameters go. */
  readonly sums: Partial<Record<(typeof NAMES)[number], ArrayPlan>>;
  readonly accumulate: boolean | undefined;
  readonly options: { readonly wrong: unknown } | undefined;
  readonly event: Event;
  readonly eventSize: number;
  /** The values of all memories. */
  readonly values: Float32Array;
  readonly faults: Set<Fault>;
}

const WRONG_ARRAYS: readonly unknown[] = [
  null,
  "x",
  4,
  [1, 2],
  { length: 3 },
  new Float64Array(3),
  new Uint8Array(4),
  new DataView(new ArrayBuffer(8)),
  new ArrayBuffer(8),
  () => 1,
  Symbol("x"),
  3n,
  true,
  new Proxy(new Float32Array(3), {}),
  Object.create(Float32Array.prototype),
];

const WRONG_NUMBERS: readonly unknown[] = [
  null,
  "0.15",
  true,
  1n,
  [0.1],
  {},
  Symbol("alpha"),
  new Float64Array(2),
];

const WRONG_OBJECTS: readonly unknown[] = [
  null,
  4,
  "alpha",
  () => 1,
  true,
  [1],
  new Float32Array(2),
  1n,
  Symbol("o"),
];

function isWrong(plan: unknown): plan is { readonly wrong: unknown } {
  return typeof plan === "object" && plan !== null && "wrong" in plan;
}

function isSpan(plan: unknown): plan is Span {
  return typeof plan === "object" && plan !== null && "memory" in plan;
}

/** Values around the kink at 1 / beta, far from it, of any exponent, and special ones. */
function valuesFrom(choices: Choices, beta: number): Float32Array {
  const [odds, reach] = [choices.pick([0, 0.02, 0.3]), choices.pick([1, 6, 100])];
  const unit = choices.pick([1, 1 / Math.fround(beta)]);
  const random = randomNumbers(choices.word());
  const specials = [Number.NaN, Infinity, -Infinity, 0, -0, 1e-45, -1e-45, 2 ** -126, -3.4e38, 3.4e38];
  const values = new Float32Array(STRETCH);
  for (let i = 0; i < STRETCH; i++) {
    const kind = random();
    if (kind < odds) values[i] = specials[Math.floor(random() * specials.length)]!;
    else if (kind < 0.92) values[i] = (2 * random() - 1) * reach * (i % 2 === 0 ? unit : 1);
    else values[i] = (2 * random() - 1) * 2 ** Math.floor(random() * 276 - 149);
  }
  return values;
}

const ALPHAS = [0.15, 0, 1, 2, -1, 0.5, -0, 1e-30];
const BETAS = [20000, 1, 1.7, 1e-3, 100, 1e30, 1e-30, 1e-42];

function numberFor(name: (typeof NAMES)[number], choices: Choices): number {
  const usual = { alpha: ALPHAS, beta: BETAS, bias: [0, 0.5, -0.25, 1e-5, -0] }[name];
  if (!choices.happens(0.25)) return choices.pick(usual);
  const value = choices.float32();
  return name === "beta" ? Math.abs(value) : value;
}

function isFaulty(name: (typeof NAMES)[number], value: number): boolean {
  const rounded = Math.fround(value);
  return name === "beta" ? !(rounded > 0 && rounded < Infinity) : !Number.isFinite(rounded);
}

/** Reads the plan of a call. */
export function planCall(choices: Choices): CallPlan {
  const faults = new Set<Fault>();
  const verb = choices.pick([
    "forward",
    "backward",
    "forward",
    "backward",
    "forwardBatch",
    "backwardBatch",
  ] as const);
  const isBatch = verb.endsWith("Batch");
  const isBackward = verb.startsWith("backward");

  // A shape, of which only the product counts where no parameter is by channel.
  const byChannel = choices.below(4) === 3 ? 1 + choices.below(7) : 0;
  const hasShape = byChannel > 0 || choices.happens(0.1);
  const outer = choices.below(hasShape ? 4 : 130);
  const channels = hasShape ? choices.below(choices.happens(0.2) ? 40 : 6) : 1;
  const inner = hasShape ? choices.below(9) : 1;
  const length = Math.min(outer * channels * inner, 130);
  const shapeFits = outer * channels * inner === length;
  const rank = hasShape ? choices.below(3) : 0;
  const shape = [
    [outer, channels, inner],
    [outer, 1, channels, inner],
    [outer, channels, 1, inner],
  ][rank]!;
  const axis = [1, 2, 1][rank]!;

  const given: Record<string, Given> = {};
  for (const [i, name] of NAMES.entries()) {
    if (byChannel & (1 << i)) {
      const count = choices.happens(0.03) ? channels + 1 : channels;
      if (count !== channels) faults.add("TypeError");
      given[name] = {
        memory: choices.below(MEMORIES.length),
        at: choices.below(STRETCH - count),
        length: count,
      };
    } else if (choices.happens(0.6)) {
      const value = numberFor(name, choices);
      if (isFaulty(name, value)) faults.add("RangeError");
      given[name] = value;
    }
    if (choices.happens(0.01)) {
      given[name] = { wrong: choices.pick(WRONG_NUMBERS) };
      faults.add("TypeError");
    }
  }
  let params: ParamsPlan | undefined = {
    alpha: undefined,
    beta: undefined,
    bias: undefined,
    ...given,
    layout: { channels, inner },
  };
  if (hasShape) {
    const wrong = choices.happens(0.05) ? choices.below(6) + 1 : 0;
    let [givenShape, givenAxis]: [unknown, unknown] = [
      shape,
      choices.below(2) === 0 ? axis : axis - shape.length,
    ];
    if (wrong === 1) givenShape = [...shape, 2, 0.5];
    if (wrong === 2) givenShape = [length + 1];
    if (wrong === 3) givenShape = choices.pick(WRONG_OBJECTS);
    if (wrong === 4) givenAxis = choices.pick([shape.length, -shape.length - 1, 0.5, Number.NaN, "1", null]);
    if (wrong === 5) givenShape = Array.from({ length: 3 });
    if (wrong === 6) [givenShape, givenAxis] = [undefined, byChannel > 0 ? undefined : givenAxis];
    if (wrong > 0 || !shapeFits) faults.add("TypeError");
    params = { ...params, shape: givenShape, channelAxis: givenAxis };
  }
  if (choices.happens(0.02)) {
    params = { ...params, instead: { wrong: choices.pick(WRONG_OBJECTS) } };
    faults.add("TypeError");
  } else if (NAMES.every((name) => given[name] === undefined) && !hasShape && choices.happens(0.5)) {
    params = undefined;
  }

  const array = (from: number, span: number, of: number): ArrayPlan => {
    if (choices.happens(0.01)) {
      faults.add("TypeError");
      return { wrong: choices.pick(WRONG_ARRAYS) };
    }
    let count = of;
    if (choices.happens(0.01)) {
      count = of === 0 || choices.below(2) === 0 ? of + 1 : of - 1;
      faults.add("TypeError");
    }
    return {
      memory: choices.below(MEMORIES.length),
      at: from + choices.below(span - count + 1),
      length: count,
    };
  };

  // In a batch no output overlaps another array's input: each has a lane of its own.
  const count = isBatch ? choices.below(4) : 1;
  const lane = Math.floor(STRETCH / Math.max(count, 1));
  const [xs, dys, outs]: [ArrayPlan[], ArrayPlan[], (ArrayPlan | undefined)[]] = [[], [], []];
  const hasOut = choices.below(4) > 0;
  const lengths: number[] = [];
  for (let i = 0; i < count; i++) {
    const of = hasShape || i === 0 ? length : choices.below(130);
    lengths.push(of);
    const [from, span] = [i * lane, lane];
    // The first array says how long the others have to be, whatever length it has.
    const x: ArrayPlan = choices.happens(0.01)
      ? { wrong: choices.pick([...WRONG_ARRAYS, undefined]) }
      : { memory: choices.below(MEMORIES.length), at: from + choices.below(span - of + 1), length: of };
    if (isWrong(x)) faults.add("TypeError");
    xs.push(x);
    const near = (other: ArrayPlan): ArrayPlan => {
      if (!isSpan(other)) return array(from, span, of);
      const how = choices.below(4);
      if (how === 1) return other;
      if (how === 2) {
        const shift = choices.below(61) - 30;
        return { ...other, at: Math.min(Math.max(other.at + shift, from), from + span - other.length) };
      }
      return array(from, span, of);
    };
    if (isBackward) dys.push(near(x));
    outs.push(hasOut ? near(isBackward && choices.below(2) === 1 ? dys[i]! : x) : undefined);
    if (hasOut && of > 0 && choices.happens(0.01)) {
      // From the first byte on, but not in the first cache line alone, which is nobody's.
      const at = choices.below(2 ** 16);
      outs[i] = { byte: (at + of > 16 ? at : 16) * Float32Array.BYTES_PER_ELEMENT, length: of };
      faults.add("TypeError");
    }
  }

  let want: readonly Want[] | undefined;
  if (isBackward && choices.happens(0.6)) {
    const set = choices.below(16);
    want = WANTS.filter((_, i) => set & (1 << i));
  }
  const wanted = (name: Want): boolean =>
    want === undefined
      ? name === "dx" || (params?.instead === undefined && given[name] !== undefined)
      : want.includes(name);
  const sums: CallPlan["sums"] = {};
  if (isBackward && !isBatch) {
    for (const [i, name] of NAMES.entries()) {
      if (!choices.happens(0.3)) continue;
      const needed = isSpan(given[name]) ? channels : 1;
      const [dx] = outs;
      // Apart from the others, and from dx, which lies in another memory or is not asked for.
      const memory =
        (isSpan(dx) ? dx.memory + 1 + choices.below(MEMORIES.length - 1) : choices.below(7)) %
        MEMORIES.length;
      let span: Span = { memory, at: i * 200 + choices.below(200 - needed), length: needed };
      const [other] = [dx, ...Object.values(sums)].filter(isSpan);
      if (other !== undefined && choices.happens(0.03)) {
        const at = Math.min(other.at + choices.below(other.length + 1), STRETCH - needed);
        span = { memory: other.memory, at, length: needed };
        if (at < other.at + other.length && other.at < at + needed) faults.add("TypeError");
      }
      sums[name] = span;
      if (!wanted(name)) faults.add("TypeError");
    }
  }
  if (isBackward && count > 0 && hasOut && !wanted("dx")) faults.add("TypeError");
  const accumulate = isBackward ? choices.pick([undefined, undefined, false, true]) : undefined;
  const options = choices.happens(0.01) ? { wrong: choices.pick(WRONG_OBJECTS) } : undefined;
  if (options !== undefined) faults.add("TypeError");

  const event: Event = choices.happens(0.08) ? choices.pick(EVENTS) : "nothing";
  const eventSize = choices.below(65536);
  const beta = typeof given.beta === "number" && !isFaulty("beta", given.beta) ? given.beta : 1;
  const values = valuesFrom(choices, beta);
  if (count === 0) {
    // Then only the kinds of the lists and of the options are looked at.
    faults.clear();
    if (options !== undefined) faults.add("TypeError");
  }
  return { verb, params, xs, dys, outs, want, sums, accumulate, options, event, eventSize, values, faults };
}

/** A call's arguments, made of its plan. */
interface Arguments {
  readonly xs: unknown[];
  readonly dys: unknown[];
  readonly params: object | undefined;
  readonly options: Record<string, unknown> | undefined;
  readonly outs: unknown[];
  readonly sums: Record<string, Float32Array>;
}

function argumentsOf(plan: CallPlan, world: World<AnySau>): Arguments {
  const make = (of: ArrayPlan | undefined): unknown => {
    if (isSpan(of)) return world.view(of);
    return of !== undefined && "byte" in of ? world.kernelsView(of.byte, of.length) : of?.wrong;
  };
  const { params: planned } = plan;
  let params: object | undefined;
  if (planned?.instead !== undefined) params = planned.instead.wrong as object;
  else if (planned !== undefined) {
    const given: Record<string, unknown> = {};
    for (const name of NAMES) {
      const value = planned[name];
      if (value !== undefined) given[name] = typeof value === "number" ? value : make(value);
    }
    if ("shape" in planned) Object.assign(given, { shape: planned.shape, channelAxis: planned.channelAxis });
    params = given;
  }
  const [xs, dys, outs] = [plan.xs.map(make), plan.dys.map(make), plan.outs.map(make)];
  const sums: Record<string, Float32Array> = {};
  for (const name of NAMES) {
    const span = plan.sums[name];
    if (span !== undefined) sums[KEYS[name]] = make(span) as Float32Array;
  }
  const options: Record<string, unknown> = {};
  if (plan.want !== undefined) options.want = plan.want;
  if (plan.accumulate !== undefined) options.accumulate = plan.accumulate;
  const hasOut = plan.outs.some((out) => out !== undefined);
  if (plan.verb === "forward" && hasOut) options.out = outs[0];
  if (plan.verb === "backward" && (hasOut || Object.keys(sums).length > 0)) {
    options.out = { ...(hasOut ? { dx: outs[0] } : {}), ...sums };
  }
  if (plan.verb === "forwardBatch" && hasOut) options.out = outs;
  if (plan.verb === "backwardBatch" && hasOut) options.out = outs.map((dx) => ({ dx }));
  return {
    xs,
    dys,
    params,
    options: plan.options === undefined ? options : (plan.options.wrong as Record<string, unknown>),
    outs,
    sums,
  };
}

/** A world, whatever it is of. */
type AnySau = Pick<Sau, "alloc">;

// biome-ignore lint/suspicious/noExplicitAny: arguments are anything here
type Anything = any;

/** A Sau or a pool. */
export type Callee = Pick<Sau, "forward" | "backward" | "forwardBatch" | "backwardBatch">;

function perform(callee: Callee, plan: CallPlan, args: Arguments): Anything {
  const { xs, dys, params, options } = args as { [Key in keyof Arguments]: Anything };
  switch (plan.verb) {
    case "forward":
      return callee.forward(xs[0], params, options);
    case "backward":
      return callee.backward(xs[0], dys[0], params, options);
    case "forwardBatch":
      return callee.forwardBatch(xs, params, options);
    default:
      return callee.backwardBatch(xs, dys, params, options);
  }
}

/** A plan in words, for a message. */
function inWords(plan: CallPlan): string {
  const { values, faults, ...rest } = plan;
  return JSON.stringify(rest, (_, value) =>
    typeof value === "bigint" || typeof value === "symbol" || Object.is(value, -0) ? String(value) : value,
  );
}

/** Everything that a call gave, so that tiers can be compared. */
export type Results = Record<string, Float32Array | number>;

/** What a call that is under way needs for its check. */
export interface StartedCall {
  readonly result: Anything;
  /** Checks what came of it; `undefined` where it was rightly refused. */
  check(outcome: { readonly value?: Anything; readonly error?: unknown }): Results | undefined;
}

/** Makes a call in a world. The result may be a promise; the check is for when it has settled. */
export function startCall(world: World<AnySau>, callee: Callee, plan: CallPlan): StartedCall {
  world.fill(plan.values);
  const args = argumentsOf(plan, world);
  world.happen(plan.event, plan.eventSize);
  const fail = (what: string): never => {
    throw new Error(`${what}, in the call ${inWords(plan)}`);
  };
  const faults = faultsOf(plan, world);
  let result: Anything;
  let thrown: { error: unknown } | undefined;
  try {
    result = perform(callee, plan, args);
  } catch (error) {
    thrown = { error };
  }
  const check: StartedCall["check"] = ({ value, error: rejected }) => {
    try {
      const error = thrown?.error ?? rejected;
      if (error !== undefined) {
        const name = (error as Error).constructor.name as Fault;
        if (!faults.has(name)) {
          const allowed = faults.size === 0 ? "none" : [...faults].join(" or ");
          return fail(`it throws ${(error as Error).stack}, expected ${allowed}`);
        }
        if (!/^[\s\S]{10,400}[.]$/.test((error as Error).message))
          fail(`the message is ${(error as Error).message}`);
        const stray = world.strayWrite([]);
        if (stray !== undefined) fail(`it is refused, but ${stray}`);
        return undefined;
      }
      if (faults.size > 0) return fail(`it succeeds, expected ${[...faults].join(" or ")}`);
      return checkValues(world, plan, args, value, fail);
    } finally {
      world.restore();
    }
  };
  return { result, check };
}

/** What is wrong with a call, as far as its values and the event tell. */
function faultsOf(plan: CallPlan, world: World<AnySau>): ReadonlySet<Fault> {
  const faults = new Set(plan.faults);
  if (plan.xs.length === 0) return faults;
  const spans = [plan.xs, plan.dys, plan.outs, Object.values(plan.sums)].flat().filter(isSpan);
  const { params } = plan;
  for (const name of NAMES) {
    const given = params?.[name];
    if (!isSpan(given) || params?.instead !== undefined) continue;
    spans.push(given);
    // The values as they are at the call: what lies beyond the end of a buffer is no value.
    if (!world.hasGone(given, plan.event)) {
      for (const value of world.valuesOf(given)) if (isFaulty(name, value)) faults.add("RangeError");
    }
  }
  if (spans.some((span) => world.hasGone(span, plan.event))) faults.add("TypeError");
  return faults;
}

/** The parameters of element `i`. */
function paramsAt(plan: CallPlan, world: World<AnySau>): (i: number) => ElementParams {
  const { params } = plan;
  const { channels, inner } = params?.layout ?? { channels: 1, inner: 1 };
  const defaults = { alpha: 0.15, beta: 20000, bias: 0 };
  const [alpha, beta, bias] = NAMES.map((name) => {
    const given = params?.[name];
    if (!isSpan(given)) return () => (typeof given === "number" ? given : defaults[name]);
    const values = world.valuesOf(given);
    return (channel: number) => values[channel]!;
  });
  return (i) => {
    const channel = Math.floor(i / inner) % channels;
    return { alpha: alpha!(channel), beta: beta!(channel), bias: bias!(channel) };
  };
}

function checkValues(
  world: World<AnySau>,
  plan: CallPlan,
  args: Arguments,
  value: Anything,
  fail: (what: string) => never,
): Results {
  const isBatch = plan.verb.endsWith("Batch");
  const all: Anything[] = isBatch ? value : [value];
  if (!Array.isArray(all) || all.length !== plan.xs.length) fail(`it gives ${all?.length} results`);
  const outputs: Span[] = [];
  const results: Results = {};
  const at = paramsAt(plan, world);
  for (const [i, one] of all.entries()) {
    const x = world.valuesOf(plan.xs[i] as Span);
    const out = plan.outs[i];
    if (isSpan(out)) outputs.push(out);
    if (plan.verb.startsWith("forward")) {
      checkArrayResult("y", one, x.length, isSpan(out) ? args.outs[i] : undefined, fail);
      results[`y ${i}`] = one.slice();
      for (let k = 0; k < x.length; k++) {
        if (!isY(one[k], x[k]!, at(k))) fail(`y[${k}] is ${one[k]} for ${x[k]} and ${JSON.stringify(at(k))}`);
      }
      continue;
    }
    const dy = world.valuesOf(plan.dys[i] as Span);
    checkGradients(world, plan, args, i, one, x, dy, at, results, fail);
    for (const span of Object.values(plan.sums)) if (isSpan(span)) outputs.push(span);
  }
  const stray = world.strayWrite(outputs);
  if (stray !== undefined) fail(stray);
  return results;
}

function checkArrayResult(
  name: string,
  found: unknown,
  length: number,
  given: unknown,
  fail: (what: string) => never,
): void {
  if (Object.prototype.toString.call(found) !== "[object Float32Array]") fail(`${name} is no Float32Array`);
  if ((found as Float32Array).length !== length) fail(`${name} has ${(found as Float32Array).length} values`);
  if (given !== undefined && found !== given) fail(`${name} is another array than the one given`);
}

function checkGradients(
  world: World<AnySau>,
  plan: CallPlan,
  args: Arguments,
  index: number,
  found: Anything,
  x: Float32Array,
  dy: Float32Array,
  at: (i: number) => ElementParams,
  results: Results,
  fail: (what: string) => never,
): void {
  const { params } = plan;
  const given = (name: (typeof NAMES)[number]): Given => params?.[name];
  const wanted = WANTS.filter((name) =>
    plan.want === undefined
      ? name === "dx" || given(name as "alpha") !== undefined
      : plan.want.includes(name),
  );
  const keys = wanted.map((name) => KEYS[name]).sort();
  if (Object.keys(found).sort().join() !== keys.join())
    fail(`it gives ${Object.keys(found)}, expected ${keys}`);
  const { channels, inner } = params?.layout ?? { channels: 1, inner: 1 };
  for (const name of wanted) {
    const value = found[KEYS[name]];
    results[`${KEYS[name]} ${index}`] = typeof value === "number" ? value : value.slice();
    if (name === "dx") {
      const out = plan.outs[index];
      checkArrayResult("dx", value, x.length, isSpan(out) ? args.outs[index] : undefined, fail);
      const before = plan.accumulate
        ? isSpan(out)
          ? world.valuesOf(out)
          : new Float32Array(x.length)
        : undefined;
      for (let k = 0; k < x.length; k++) {
        if (isDx(value[k], x[k]!, dy[k]!, at(k), before?.[k])) continue;
        const added = before === undefined ? "" : `, added to ${before[k]}`;
        fail(`dx[${k}] is ${value[k]} for ${x[k]} and ${dy[k]}${added}, ${JSON.stringify(at(k))}`);
      }
      continue;
    }
    const byChannel = isSpan(given(name));
    const count = byChannel ? channels : 1;
    const out = plan.sums[name];
    if (byChannel) checkArrayResult(KEYS[name], value, count, args.sums[KEYS[name]], fail);
    else if (typeof value !== "number") fail(`${KEYS[name]} is no number`);
    const sums = Array.from({ length: count }, () => new ModelSum(name));
    for (let k = 0; k < x.length; k++) {
      sums[byChannel ? Math.floor(k / inner) % channels : 0]!.add(x[k]!, dy[k]!, at(k));
    }
    const before = plan.accumulate && isSpan(out) ? world.valuesOf(out) : new Float32Array(count);
    for (const [c, sum] of sums.entries()) {
      const one = byChannel ? value[c] : value;
      if (!sum.is(one, before[c]!, byChannel))
        fail(`${KEYS[name]}[${c}] is ${one}, expected ${sum}, added to ${before[c]}`);
    }
    if (!byChannel && isSpan(out) && !Object.is(args.sums[KEYS[name]]![0], Math.fround(value))) {
      fail(`out.${KEYS[name]} has ${args.sums[KEYS[name]]![0]}, and the result is ${value}`);
    }
  }
}

/** Asserts that two Saus gave the same bits. */
export function expectSameResults(found: Results, expected: Results, what: () => string): void {
  for (const [name, value] of Object.entries(expected)) {
    const other = found[name];
    if (typeof value === "number") {
      if (!Object.is(other, value)) throw new Error(`${what()}: ${name} is ${other}, expected ${value}`);
    } else expectSameBits(other as Float32Array, value, () => `${what()}: ${name}`);
  }
}
