/**
 * Promise: "auto" always finds a tier that computes rightly and says why it passed over others; a tier
 * asked for by name runs or throws TierUnavailableError with the host's error as its cause.
 *
 * Hosts that lack or break WebAssembly are simulated by replacing parts of it.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  createSau,
  createSauSync,
  type Sau,
  type SauOptions,
  type Tier,
  TierUnavailableError,
} from "../ts/index.js";
import { TIERS, WASM_TIERS } from "../ts/tier.js";
import {
  changeHost,
  moduleBytes,
  restoreHost,
  takeWebAssembly,
  type Wrap,
  wrapKernels,
} from "./support/modules.js";
import { builtModule, runModule } from "./support/process.js";
import { availableTiers } from "./support/tiers.js";

afterEach(restoreHost);

const RUNNING = availableTiers();
const RUNNING_WASM = WASM_TIERS.filter((tier) => RUNNING.includes(tier));

/** Both ways to make a Sau, as one interface. */
const CREATE: [string, (options?: SauOptions) => Promise<Sau>][] = [
  ["createSau", createSau],
  ["createSauSync", async (options) => createSauSync(options)],
];

/** What a promise is rejected with. */
async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error, "it was not rejected").toBeInstanceOf(Error);
  return error as Error;
}

/** Multiplies what kernels write to their output by 2. */
const double =
  (...names: string[]): Wrap =>
  (name, kernel, memory) =>
  (...args) => {
    kernel(...args);
    if (!names.includes(name)) return;
    const [outputAt, lengthAt] = name.startsWith("forward") ? [1, 2] : [2, 3];
    const output = new Float32Array(memory.buffer, args[outputAt]!, args[lengthAt]!);
    for (const [i, value] of output.entries()) output[i] = 2 * value;
  };

/** Hosts on which no WebAssembly tier works, and what their reports and causes say. */
const BROKEN_HOSTS: [what: string, breakIt: () => void, reason: RegExp][] = [
  ["has no WebAssembly", takeWebAssembly, /no WebAssembly/],
  ["has an empty WebAssembly", () => changeHost({ Memory: undefined }), /TypeError: .*Memory/],
  [
    "refuses to compile",
    () => {
      const error = new WebAssembly.CompileError("code generation is not allowed here");
      changeHost({
        Module: class {
          constructor() {
            throw error;
          }
        },
      });
    },
    /CompileError: code generation is not allowed here/,
  ],
  [
    "refuses memory",
    () =>
      changeHost({
        Memory: class {
          constructor() {
            throw new RangeError("could not allocate memory");
          }
        },
      }),
    /RangeError: could not allocate memory/,
  ],
  [
    "doubles every result",
    () => wrapKernels(double("forward", "backward_sums")),
    /self-test: .* came out as .*, expected /,
  ],
  [
    "doubles y alone",
    () => wrapKernels(double("forward")),
    /self-test: forward at .* came out as .*, expected /,
  ],
  [
    "doubles dx alone",
    () => wrapKernels(double("backward_sums")),
    /self-test: backward_sums at .* came out as .*, expected /,
  ],
  ["exports no kernels", () => wrapKernels(() => undefined as never), /TypeError: .*not a function/],
];

/** On a host whose WebAssembly cannot run a tier at all, the real reason comes before the simulated one. */
const REASONED = new Set<Tier>(RUNNING_WASM);

describe.each(CREATE)("%s", (_, create) => {
  it("takes the fastest tier that runs here, and reports one entry for each tier tried", async () => {
    const sau = await create();
    expect(sau.tier).toBe(RUNNING[0]);
    const tried = TIERS.slice(0, TIERS.indexOf(sau.tier) + 1);
    expect(sau.tierReport.map(({ tier, available }) => [tier, available])).toEqual(
      tried.map((tier) => [tier, tier === sau.tier]),
    );
    for (const { reason } of sau.tierReport) expect(reason).not.toBe("");
    const chosen = tried.length === 1 ? "the fastest tier" : "the fastest tier that works here";
    expect(sau.tierReport.at(-1)!.reason).toBe(chosen);
  });

  it.each(RUNNING)("runs %s by name", async (tier) => {
    const sau = await create({ tier });
    expect(sau.tier).toBe(tier);
    expect(sau.tierReport).toEqual([{ tier, available: true, reason: expect.any(String) }]);
  });

  it.each(BROKEN_HOSTS)("falls to js where the host %s, and says why", async (_, breakIt, reason) => {
    const expected = createSauSync({ tier: "js" }).forward(Float32Array.of(-1, 0, 1), { beta: 2 });
    breakIt();
    const sau = await create();
    expect(sau.tier).toBe("js");
    expect(sau.tierReport.map(({ tier, available }) => [tier, available])).toEqual(
      TIERS.map((tier) => [tier, tier === "js"]),
    );
    expect(sau.tierReport.at(-1)!.reason).toBe("the fastest tier that works here");
    for (const report of sau.tierReport) if (REASONED.has(report.tier)) expect(report.reason).toMatch(reason);
    expect(sau.forward(Float32Array.of(-1, 0, 1), { beta: 2 })).toEqual(expected);
  });

  it.each(BROKEN_HOSTS)(
    "by name is unavailable where the host %s, with the cause",
    async (_, breakIt, reason) => {
      breakIt();
      for (const tier of WASM_TIERS) {
        const error = await rejectionOf(create({ tier }));
        expect(error).toBeInstanceOf(TierUnavailableError);
        expect(error).toMatchObject({ name: "TierUnavailableError", tier });
        expect(error.cause).toBeInstanceOf(Error);
        const { name, message } = error.cause as Error;
        expect(error.message).toBe(`The tier "${tier}" cannot run here: ${name}: ${message}.`);
        if (REASONED.has(tier)) expect(`${name}: ${message}`).toMatch(reason);
      }
    },
  );

  it("passes over just the tiers that fail", async () => {
    const [fastest, ...slower] = RUNNING_WASM;
    wrapKernels((name, kernel, memory) =>
      fastestMemories.has(memory) ? double("forward")(name, kernel, memory) : kernel,
    );
    const fastestMemories = new Set<WebAssembly.Memory>();
    const { instantiate, Instance } = WebAssembly;
    const mark = (imports: WebAssembly.Imports): void => {
      const memory = imports[fastest!]?.memory;
      if (memory !== undefined) fastestMemories.add(memory as WebAssembly.Memory);
    };
    Object.assign(WebAssembly, {
      Instance: function markedInstance(module: WebAssembly.Module, imports: WebAssembly.Imports) {
        mark(imports);
        return new Instance(module, imports);
      },
      async instantiate(source: WebAssembly.Module, imports: WebAssembly.Imports) {
        mark(imports);
        return instantiate(source, imports);
      },
    });
    const sau = await create();
    expect(sau.tier).toBe(slower[0]);
    expect(sau.tierReport.find(({ tier }) => tier === fastest)?.reason).toMatch(/self-test/);
  });

  it("deterministic leaves relaxed-simd out, and says so", async () => {
    const sau = await create({ deterministic: true });
    expect(sau.tier).toBe(RUNNING.find((tier) => tier !== "relaxed-simd"));
    const [first] = sau.tierReport;
    expect(first).toEqual({
      tier: "relaxed-simd",
      available: false,
      reason: expect.stringMatching(/deterministic/),
    });
    expect(sau.tierReport.filter(({ tier }) => tier === "relaxed-simd")).toHaveLength(1);
    const error = await rejectionOf(create({ tier: "relaxed-simd", deterministic: true }));
    expect(error).toBeInstanceOf(TierUnavailableError);
    expect(error.message).toMatch(/^The tier "relaxed-simd" cannot run here: .*deterministic.*\.$/);
    for (const tier of RUNNING.filter((name) => name !== "relaxed-simd")) {
      expect((await create({ tier, deterministic: true })).tier).toBe(tier);
    }
  });

  it.each(RUNNING_WASM)("a compiled module of %s decides the tier, with no other compiled", async (tier) => {
    const module = new WebAssembly.Module(moduleBytes(tier));
    changeHost({
      // The real one for `instanceof`, which compiles no more.
      Module: new Proxy(WebAssembly.Module, {
        construct() {
          throw new Error("compiled another module");
        },
      }),
    });
    for (const options of [{ module }, { module, tier }]) {
      const sau = await create(options);
      expect(sau.tier).toBe(tier);
      expect(sau.forward(Float32Array.of(1e6))).toEqual(Float32Array.of(1e6));
      expect(new Set(sau.tierReport.map((entry) => entry.tier)).size).toBe(sau.tierReport.length);
    }
    const other = RUNNING_WASM.find((name) => name !== tier)!;
    const error = await rejectionOf(create({ module, tier: other }));
    expect(error).toBeInstanceOf(TierUnavailableError);
    expect(error.message).toMatch(/the module that was given is for another tier/);
  });

  it("a module of another package is a TypeError", async () => {
    const preamble = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
    const error = await rejectionOf(create({ module: new WebAssembly.Module(Uint8Array.from(preamble)) }));
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(/^module is a WebAssembly\.Module of something else, expected .*\.$/);
  });

  it("a module that imports as ours do but exports nothing is passed over", async () => {
    const name = (text: string): number[] => [text.length, ...new TextEncoder().encode(text)];
    const imports = [1, ...name("simd128"), ...name("memory"), 0x02, 0x00, 0x01];
    const bytes = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, 0x02, imports.length, ...imports];
    const module = new WebAssembly.Module(Uint8Array.from(bytes));
    expect((await create({ module })).tier).toBe("js");
    expect(await rejectionOf(create({ module, tier: "simd128" }))).toBeInstanceOf(TierUnavailableError);
  });
});

it("a tier that was asked for is reported so, and an engine that computes wrongly is an error", () => {
  for (const tier of RUNNING) {
    const reason = "asked for by name";
    expect(createSauSync({ tier }).tierReport).toEqual([{ tier, available: true, reason }]);
  }
  vi.spyOn(Math, "abs").mockReturnValue(Number.NaN);
  expect(() => createSauSync()).toThrow(
    new Error("Even plain JavaScript failed the self-test: this engine computes wrongly."),
  );
  vi.restoreAllMocks();
});

it("node --jitless, which has no WebAssembly, uses js", () => {
  const found = runModule(
    `import { createSau, createSauSync, forward } from ${JSON.stringify(builtModule())};
    const saus = [await createSau(), createSauSync()];
    console.log(JSON.stringify({
      tiers: saus.map(({ tier }) => tier),
      reports: saus.map(({ tierReport }) => tierReport.length),
      y: [...forward(Float32Array.of(-1e6, 1e6), { alpha: 0.5 })],
    }));`,
    ["--jitless"],
  );
  expect(found).toEqual({
    tiers: ["js", "js"],
    reports: [TIERS.length, TIERS.length],
    y: [-5e5, 1e6],
  });
});
