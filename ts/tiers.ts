/**
 * What runs here, and why: the four tiers, fastest first, and the choice among them.
 *
 * A tier is chosen only after its kernels gave known answers: an engine can accept a module and run
 * it wrong (Node 20 with --experimental-wasm-relaxed-simd returns doubled results).
 */
import { describe, TierUnavailableError } from "./errors.js";
import { createJsKernels } from "./kernels/js.js";
import { selfTest } from "./kernels/self-test.js";
import { Arena, INITIAL_PAGES, JsMemory } from "./memory/arena.js";
import type { KernelExports } from "./wasm/kernels.js";
import relaxedBytes from "./wasm/relaxed-simd.wasm";
import scalarBytes from "./wasm/scalar.wasm";
import simdBytes from "./wasm/simd128.wasm";

/** The tiers, fastest first. */
export const TIERS = ["relaxed-simd", "simd128", "scalar", "js"] as const;

/** A way of running the kernels: WebAssembly with relaxed SIMD (fused multiply-add), with SIMD, without, or none. */
export type Tier = (typeof TIERS)[number];

/** What became of a tier that was tried. */
export interface TierReport {
  readonly tier: Tier;
  readonly available: boolean;
  /** Why it was chosen or passed over. */
  readonly reason: string;
}

/** Options of {@link createSau} and {@link createSauSync}. */
export interface SauOptions {
  /** The tier to use; "auto" (the default) takes the fastest that works. */
  readonly tier?: "auto" | Tier;
  /** Leaves out relaxed-simd, whose last bits depend on the processor. Default false. */
  readonly deterministic?: boolean;
  /** A module of this package that the host has compiled, for hosts that compile none at run time. */
  readonly module?: WebAssembly.Module;
}

/** A tier at work. */
export interface Running {
  readonly tier: Tier;
  readonly report: readonly TierReport[];
  readonly arena: Arena;
  readonly kernels: KernelExports;
}

type WasmTier = Exclude<Tier, "js">;
type Source = Uint8Array<ArrayBuffer> | WebAssembly.Module;

const BYTES: Record<WasmTier, Uint8Array<ArrayBuffer>> = {
  "relaxed-simd": relaxedBytes,
  simd128: simdBytes,
  scalar: scalarBytes,
};

/** Compiles and instantiates; async hosts compile off the main thread. */
type Instantiate<Result> = (source: Source, imports: WebAssembly.Imports) => Result;

/**
 * The tiers to try, in order.
 *
 * @throws {TypeError} for options of the wrong kind, {RangeError} for an unknown tier
 * @throws {TierUnavailableError} when the options exclude one another
 */
function candidates(options: SauOptions): { tiers: readonly Tier[]; report: TierReport[] } {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`options is ${describe(options)}, expected an object such as { tier: "auto" }.`);
  }
  const { tier = "auto", deterministic = false, module } = options;
  if (tier !== "auto" && !TIERS.includes(tier)) {
    throw new RangeError(
      `tier is ${describe(tier)}, expected "auto" or one of ${TIERS.map(describe).join(", ")}.`,
    );
  }
  if (typeof deterministic !== "boolean") {
    throw new TypeError(`deterministic is ${describe(deterministic)}, expected true or false.`);
  }
  const excluded = (candidate: Tier): string | undefined => {
    if (deterministic && candidate === "relaxed-simd") {
      return "its last bits depend on the processor, and deterministic was asked for";
    }
    if (module !== undefined && candidate !== "js" && candidate !== tierOf(module)) {
      return "the module that was given is for another tier";
    }
    return undefined;
  };
  if (tier !== "auto") {
    const reason = excluded(tier);
    if (reason !== undefined) throw new TierUnavailableError(tier, reason);
    return { tiers: [tier], report: [] };
  }
  const report: TierReport[] = [];
  const tiers = TIERS.filter((candidate) => {
    const reason = excluded(candidate);
    if (reason !== undefined) report.push({ tier: candidate, available: false, reason });
    return reason === undefined;
  });
  return { tiers, report };
}

/**
 * The tier that a module of this package is for: each imports its memory from a module of its tier's name.
 *
 * @throws {TypeError} for anything else
 */
function tierOf(module: WebAssembly.Module): WasmTier {
  const given = typeof WebAssembly === "object" && module instanceof WebAssembly.Module;
  const from = given ? WebAssembly.Module.imports(module)[0]?.module : undefined;
  if (from === undefined || !Object.hasOwn(BYTES, from)) {
    const what = given ? "a WebAssembly.Module of something else" : describe(module);
    throw new TypeError(
      `module is ${what}, expected a WebAssembly.Module of one of this package's .wasm files.`,
    );
  }
  return from as WasmTier;
}

function importsFor(tier: WasmTier, memory: WebAssembly.Memory): WebAssembly.Imports {
  return { [tier]: { memory } };
}

function tested(tier: Tier, arena: Arena, kernels: KernelExports, report: TierReport[]): Running {
  selfTest(arena, kernels);
  const reason =
    report.length === 0 ? "the fastest tier, or the one asked for" : "the fastest tier that works here";
  report.push({ tier, available: true, reason });
  return { tier, report, arena, kernels };
}

function startJs(report: TierReport[]): Running {
  const arena = new Arena(new JsMemory(INITIAL_PAGES));
  return tested("js", arena, createJsKernels(arena), report);
}

function message(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Records why a tier failed, or throws when it was asked for by name. */
function passOver(tier: Tier, error: unknown, report: TierReport[], options: SauOptions): void {
  if (options.tier === tier) throw new TierUnavailableError(tier, message(error), error);
  report.push({ tier, available: false, reason: message(error) });
}

function start(
  tier: WasmTier,
  instance: WebAssembly.Instance,
  memory: WebAssembly.Memory,
  report: TierReport[],
): Running {
  return tested(tier, new Arena(memory), instance.exports as unknown as KernelExports, report);
}

function newMemory(): WebAssembly.Memory {
  if (typeof WebAssembly !== "object") throw new Error("this host has no WebAssembly");
  return new WebAssembly.Memory({ initial: INITIAL_PAGES });
}

/**
 * The first tier that works, compiled on this thread.
 *
 * @throws {TierUnavailableError} when a tier was asked for by name and does not work
 */
export function startSync(options: SauOptions): Running {
  const { tiers, report } = candidates(options);
  const instantiate: Instantiate<WebAssembly.Instance> = (source, imports) =>
    new WebAssembly.Instance(
      source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source),
      imports,
    );
  for (const tier of tiers) {
    try {
      if (tier === "js") return startJs(report);
      const memory = newMemory();
      const instance = instantiate(options.module ?? BYTES[tier], importsFor(tier, memory));
      return start(tier, instance, memory, report);
    } catch (error) {
      passOver(tier, error, report, options);
    }
  }
  throw new Error("The js tier failed its self-test: this JavaScript engine computes wrongly."); // reached by no engine known
}

/**
 * As {@link startSync}, but the host compiles off this thread where it can.
 *
 * @throws {TierUnavailableError} when a tier was asked for by name and does not work
 */
export async function startAsync(options: SauOptions): Promise<Running> {
  const { tiers, report } = candidates(options);
  const instantiate: Instantiate<Promise<WebAssembly.Instance>> = async (source, imports) =>
    source instanceof WebAssembly.Module
      ? WebAssembly.instantiate(source, imports)
      : (await WebAssembly.instantiate(source, imports)).instance;
  for (const tier of tiers) {
    try {
      if (tier === "js") return startJs(report);
      const memory = newMemory();
      const instance = await instantiate(options.module ?? BYTES[tier], importsFor(tier, memory));
      return start(tier, instance, memory, report);
    } catch (error) {
      passOver(tier, error, report, options);
    }
  }
  throw new Error("The js tier failed its self-test: this JavaScript engine computes wrongly."); // reached by no engine known
}
