/** Promise: sau-simd/init runs on the module that it is given, and refuses anything else, saying why. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { createSauSync as createInlined } from "../ts/index.js";
import { changeHost, moduleBytes, restoreHost } from "./support/modules.js";
import { availableTiers } from "./support/tiers.js";

/** The entry anew, without a module. */
async function fresh(): Promise<typeof import("../ts/entries/init.js")> {
  vi.resetModules();
  return import("../ts/entries/init.js");
}

const x = Float32Array.of(-2, -0.5, 0, 0.5, 2);
const params = { alpha: 0.25, beta: 2 };
const RUNNING = availableTiers().filter((tier) => tier !== "js");

afterEach(restoreHost);

/** What `act` throws. */
function thrownBy(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  throw new Error("It threw nothing.");
}

describe.each(RUNNING)("with the module of %s", (tier) => {
  const module = new WebAssembly.Module(moduleBytes(tier as "simd128"));

  it("every function runs on it", async () => {
    const { init, forward, backward, createSau, createSauSync } = await fresh();
    const before = createSauSync();
    expect(before.tier).toBe("js");
    expect(before.tierReport[0]!.reason).toMatch(/sau-simd\/init has no module before init\(\)/);
    init(module);
    for (const sau of [createSauSync(), await createSau()]) {
      expect(sau.tier).toBe(tier);
      expect(sau.tierReport.at(-1)).toMatchObject({ tier, available: true });
    }
    const inlined = createInlined({ tier });
    expect(forward(x, params)).toEqual(inlined.forward(x, params));
    expect(backward(x, x, params)).toEqual(inlined.backward(x, x, params));
    expect(createSauSync({ tier: "js" }).tier).toBe("js");
  });

  it("another tier is unavailable by name, and is taken by module", async () => {
    const { init, createSauSync } = await fresh();
    init(module);
    const other = RUNNING.find((name) => name !== tier)!;
    const error = thrownBy(() => createSauSync({ tier: other }));
    expect(error.name).toBe("TierUnavailableError");
    expect(error.message).toMatch(/the module that was given to init\(\) is for another tier/);
    const otherModule = new WebAssembly.Module(moduleBytes(other as "simd128"));
    expect(createSauSync({ module: otherModule }).tier).toBe(other);
    init(otherModule);
    expect(createSauSync().tier).toBe(other);
  });

  it("a host that refuses it is TierUnavailableError with the host's words, and nothing has changed", async () => {
    const { init, createSauSync, forward } = await fresh();
    const refusal = new WebAssembly.LinkError("instances are not allowed here");
    changeHost({
      Instance: class {
        constructor() {
          throw refusal;
        }
      },
    });
    const error = thrownBy(() => init(module));
    expect(error).toMatchObject({ name: "TierUnavailableError", tier, cause: refusal });
    expect(error.message).toContain("LinkError: instances are not allowed here");
    expect(createSauSync().tier).toBe("js");
    expect(forward(x, params)).toEqual(createInlined({ tier: "js" }).forward(x, params));
  });
});

it.each<[string, unknown, RegExp]>([
  ["bytes", new Uint8Array(8), /^module is a Uint8Array, expected a WebAssembly\.Module of one of/],
  ["nothing", undefined, /^module is undefined, expected a WebAssembly\.Module/],
  ["a promise", Promise.resolve(), /^module is a Promise, expected a WebAssembly\.Module/],
  [
    "a module of something else",
    new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)),
    /^module is a WebAssembly\.Module of something else, expected/,
  ],
])("%s instead of a module is a TypeError", async (_, wrong, message) => {
  const { init, createSauSync } = await fresh();
  const error = thrownBy(() => init(wrong as WebAssembly.Module));
  expect(error).toBeInstanceOf(TypeError);
  expect(error.message).toMatch(message);
  expect(createSauSync().tier).toBe("js");
});
