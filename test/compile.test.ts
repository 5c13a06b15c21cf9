/**
 * Promise: a promise for an instance settles without one of the host's, which WebKit may leave open in a worker; where
 * the host refuses to compile or instantiate at once for a module's length, its promises are taken.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { compile } from "../ts/compile.js";
import { createSau, createSauSync } from "../ts/index.js";
import { changeHost, moduleBytes, restoreHost } from "./support/modules.js";

afterEach(restoreHost);

const tier = "scalar";

/** A constructor that refuses. */
function refusing(error: Error): unknown {
  return function refuse() {
    throw error;
  };
}

/** As older Chrome puts it on its main thread. */
const TOO_LONG = new RangeError(
  "WebAssembly.Compile is disallowed on the main thread, if the buffer size is larger than 4KB.",
);

describe("where the host's promises never settle", () => {
  const never = (): Promise<never> => new Promise(() => {});

  it("an instance is there even so", async () => {
    changeHost({ compile: never, instantiate: never });
    const sau = await createSau({ tier });
    expect(sau.forward(Float32Array.of(2))).toEqual(Float32Array.of(2));
  });

  it("a module is compiled even so", async () => {
    changeHost({ compile: never, instantiate: never });
    expect(await compile(moduleBytes(tier))).toBeInstanceOf(WebAssembly.Module);
  });
});

describe.each(["Module", "Instance"])("where WebAssembly.%s is refused for a module's length", (what) => {
  it("there is an instance with a promise", async () => {
    changeHost({ [what]: refusing(TOO_LONG) });
    const sau = await createSau({ tier });
    expect(sau.tier).toBe(tier);
    expect(sau.forward(Float32Array.of(2))).toEqual(Float32Array.of(2));
  });

  it("there is none without a promise, for the host's reason", () => {
    changeHost({ [what]: refusing(TOO_LONG) });
    expect(() => createSauSync({ tier })).toThrow(TOO_LONG.message);
    const { tier: taken, tierReport } = createSauSync();
    expect(taken).toBe("js");
    expect(tierReport.find((entry) => entry.tier === tier)!.reason).toContain(TOO_LONG.message);
  });
});

it("a module is compiled with a promise where it is refused at once", async () => {
  const { Module } = WebAssembly;
  changeHost({ Module: refusing(TOO_LONG) });
  expect(await compile(moduleBytes(tier))).toBeInstanceOf(Module);
});

it("what is refused for another reason is not tried again", async () => {
  const [compile, instantiate] = [vi.fn(), vi.fn()];
  changeHost({ Module: refusing(new WebAssembly.CompileError("not here")), compile, instantiate });
  await expect(createSau({ tier })).rejects.toThrow("not here");
  expect(compile).not.toHaveBeenCalled();
  expect(instantiate).not.toHaveBeenCalled();
});
