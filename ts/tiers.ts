/**
 * What runs here, and why: the four tiers, fastest first, and the choice among them.
 *
 * A tier is chosen only after its kernels gave known answers: an engine can accept a module and run it wrong.
 */
import { instantiate, instantiateSync, type ModuleSource } from "./compile.js";
import { checkObject, describe, TierUnavailableError } from "./errors.js";
import { createJsKernels } from "./kernels/js.js";
import { expectFused, selfTest } from "./kernels/self-test.js";
import { Arena, INITIAL_PAGES, JsMemory } from "./memory/arena.js";
import { TIERS, type Tier, WASM_TIERS, type WasmTier } from "./tier.js";
import type { KernelExports } from "./wasm/kernels.js";

export type { Tier };

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

/**
 * Where an entry of this package has its modules from.
 *
 * @throws {Error} for a tier of which it has none, saying why
 */
export type Modules<Source extends ModuleSource = ModuleSource> = (tier: WasmTier) => Source;

/** A tier at work. */
export interface Running {
  readonly tier: Tier;
  readonly report: readonly TierReport[];
  readonly arena: Arena;
  readonly kernels: KernelExports;
}

/**
 * The tiers to try, in order.
 *
 * @throws {TypeError} for options of the wrong kind, {RangeError} for an unknown tier
 * @throws {TierUnavailableError} when the options exclude one another
 */
function candidates(options: SauOptions): { tiers: readonly Tier[]; report: TierReport[] } {
  checkObject("options", options, '{ tier: "auto" }');
  const { tier = "auto", deterministic = false, module } = options;
  if (tier !== "auto" && !TIERS.includes(tier)) {
    throw new RangeError(
      `tier is ${describe(tier)}, expected "auto" or one of ${TIERS.map(describe).join(", ")}.`,
    );
  }
  if (typeof deterministic !== "boolean") {
    throw new TypeError(`deterministic is ${describe(deterministic)}, expected true or false.`);
  }
  const moduleTier = module === undefined ? undefined : tierOf(module);
  const excluded = (candidate: Tier): string | undefined => {
    if (deterministic && candidate === "relaxed-simd") {
      return "its last bits depend on the processor, and deterministic was asked for";
    }
    if (moduleTier !== undefined && candidate !== "js" && candidate !== moduleTier) {
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
export function tierOf(module: WebAssembly.Module): WasmTier {
  const from = importsOf(module)?.[0]?.module;
  if (!WASM_TIERS.includes(from as WasmTier)) {
    const what =
      importsOf(module) === undefined ? describe(module) : "a WebAssembly.Module of something else";
    throw new TypeError(
      `module is ${what}, expected a WebAssembly.Module of one of this package's .wasm files.`,
    );
  }
  return from as WasmTier;
}

/** What a module imports; undefined where it is none. Edge hosts compile in another realm: not by instanceof. */
function importsOf(module: WebAssembly.Module): WebAssembly.ModuleImportDescriptor[] | undefined {
  try {
    return WebAssembly.Module.imports(module);
  } catch {
    return undefined;
  }
}

/** Why a tier failed, as a report says it. */
function message(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Something for the host to compile and instantiate. */
interface Request {
  readonly source: ModuleSource;
  readonly imports: WebAssembly.Imports;
}

/**
 * Tries tiers until one works. What it yields is for the host to instantiate, at once or later: the answer, or
 * the host's error, comes back in.
 *
 * @throws {TierUnavailableError} when a tier was asked for by name and does not work
 */
function* choose(
  options: SauOptions,
  modules: Modules,
  createArena: () => Arena = ownArena,
): Generator<Request, Running, WebAssembly.Instance> {
  const { tiers, report } = candidates(options);
  const { module } = options;
  for (const tier of tiers) {
    try {
      const { arena, kernels } =
        tier === "js"
          ? startJs()
          : yield* startWasm(tier, module === undefined ? modules : () => module, createArena);
      selfTest(arena, kernels);
      if (tier === "relaxed-simd") expectFused(arena, kernels, createJsKernels(arena));
      const first = report.length === 0 ? "the fastest tier" : "the fastest tier that works here";
      report.push({ tier, available: true, reason: options.tier === tier ? "asked for by name" : first });
      return { tier, report, arena, kernels };
    } catch (error) {
      if (options.tier === tier) throw new TierUnavailableError(tier, message(error), error);
      report.push({ tier, available: false, reason: message(error) });
    }
  }
  throw new Error("Even plain JavaScript failed the self-test: this engine computes wrongly.");
}

function startJs(): { arena: Arena; kernels: KernelExports } {
  const arena = new Arena(new JsMemory(INITIAL_PAGES));
  return { arena, kernels: createJsKernels(arena) };
}

function ownArena(): Arena {
  return new Arena(new WebAssembly.Memory({ initial: INITIAL_PAGES }));
}

function* startWasm(
  tier: WasmTier,
  modules: Modules,
  createArena: () => Arena,
): Generator<Request, { arena: Arena; kernels: KernelExports }, WebAssembly.Instance> {
  if (typeof WebAssembly !== "object") throw new Error("this host has no WebAssembly");
  const source = modules(tier); // before there is a memory, since it throws where there is no such module
  const arena = createArena();
  const imports = { [tier]: { memory: arena.memory as WebAssembly.Memory } };
  const instance = yield { source, imports };
  return { arena, kernels: instance.exports as unknown as KernelExports };
}

/** {@link choose}, at once. */
export function startSync(options: SauOptions, modules: Modules, createArena?: () => Arena): Running {
  const tiers = choose(options, modules, createArena);
  let step = tiers.next();
  while (!step.done) {
    let instance: WebAssembly.Instance;
    try {
      instance = instantiateSync(step.value.source, step.value.imports);
    } catch (error) {
      step = tiers.throw(error);
      continue;
    }
    step = tiers.next(instance);
  }
  return step.value;
}

/** {@link choose}, for hosts too that compile at once no module of this length. */
export async function startAsync(
  options: SauOptions,
  modules: Modules,
  createArena?: () => Arena,
): Promise<Running> {
  const tiers = choose(options, modules, createArena);
  let step = tiers.next();
  while (!step.done) {
    let instance: WebAssembly.Instance;
    try {
      instance = await instantiate(step.value.source, step.value.imports);
    } catch (error) {
      step = tiers.throw(error);
      continue;
    }
    step = tiers.next(instance);
  }
  return step.value;
}
