/**
 * Promise: SAU works in a browser's page, on the wasm backend's build with threads too, which there is in a page that
 * is cross-origin isolated alone, and on the backend webgl.
 */
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM, programOf } from "../../../scripts/browsers.js";
import { built } from "../../support/process.js";
import { type Served, serve } from "./serve.js";

/** Runs in the page: values and gradients of each backend, and what the kernels were given. */
async function inPage() {
  type Tf = typeof import("@tensorflow/tfjs");
  const { tf, registerSau, registerTraining } = globalThis as unknown as {
    tf: Tf & { wasm: { setWasmPaths(at: string): void } };
    registerSau: typeof import("../../../ts/tfjs/index.js").registerSau;
    registerTraining: typeof import("../../../ts/tfjs/training/index.js").registerTraining;
  };
  const { sau, Sau } = registerSau(tf);
  tf.wasm.setWasmPaths("/wasm/");
  const memories: unknown[] = [];
  const { Instance } = WebAssembly;
  WebAssembly.Instance = class extends Instance {
    constructor(module: WebAssembly.Module, imports: WebAssembly.Imports = {}) {
      super(module, imports);
      for (const { memory } of Object.values(imports)) memories.push(memory);
    }
  };
  const found: Record<string, number[][]> = {};
  let learnt: number[] = [];
  for (const backend of ["cpu", "wasm", "webgl"]) {
    if (!(await tf.setBackend(backend))) continue;
    if (backend === "wasm") memories.length = 0;
    const x = tf.linspace(-3, 3, 100_000).reshape([50_000, 2]);
    const gradients = tf.valueAndGrads((...inputs: ReturnType<Tf["tensor"]>[]) =>
      sau(...(inputs as [typeof x])),
    );
    const { value, grads } = gradients([x, tf.tensor1d([0.25, -0.5]), tf.scalar(1.5)]);
    found[backend] = [value, ...grads].map((tensor) => [...tensor.dataSync().slice(0, 50_000)]);
    if (backend !== "wasm") continue;
    registerTraining(tf);
    // From one start: of random ones a few answer by chance what is to be learnt.
    const kernelInitializer = tf.initializers.glorotUniform({ seed: 5 });
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [8, 8, 1], kernelInitializer }),
        new Sau(),
        tf.layers.maxPooling2d({ poolSize: 2 }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 1, activation: "sau" as "relu", kernelInitializer }),
      ],
    });
    model.compile({ optimizer: tf.train.adam(0.02), loss: "meanSquaredError" });
    const { history } = await model.fit(tf.ones([8, 8, 8, 1]), tf.fill([8, 1], 3), {
      epochs: 30,
      verbose: 0,
    });
    learnt = history.loss as number[];
  }
  tf.setBackend("wasm");
  const { wasm } = tf.backend() as unknown as {
    wasm: { asm: { memory?: WebAssembly.Memory }; wasmMemory?: WebAssembly.Memory };
  };
  const memory = (wasm.asm.memory ?? wasm.wasmMemory)!;
  return {
    isolated: globalThis.crossOriginIsolated,
    shared: typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer,
    threaded: "PThread" in wasm,
    lent: memories.length === 1 && memories[0] === memory,
    backends: Object.keys(found),
    found,
    learnt,
  };
}

describe.each([
  ["a page", false],
  ["a page that is cross-origin isolated", true],
])("in %s", (_, isolated) => {
  let browser: Browser;
  let served: Served;
  let page: Page;

  beforeAll(async () => {
    built("tfjs.js");
    served = await serve(isolated);
    browser = await chromium.launch({
      executablePath: programOf(CHROMIUM)[0],
      args: ["--no-sandbox", "--enable-unsafe-swiftshader"],
    });
    page = await browser.newPage();
    await page.goto(served.url);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.stop();
  });

  it("forward and gradients agree on all backends, in the wasm backend's own memory", async () => {
    const { found, backends, learnt, ...rest } = await page.evaluate(inPage);
    expect(rest).toEqual({ isolated, shared: isolated, threaded: isolated, lent: true });
    expect(backends).toEqual(["cpu", "wasm", "webgl"]);
    for (const backend of backends) {
      for (const [k, values] of found[backend]!.entries()) {
        const expected = found.cpu![k]!;
        const greatest = Math.max(...expected.map(Math.abs).slice(0, 1000));
        const far = values.findIndex(
          (value, i) => !(Math.abs(value - expected[i]!) <= 1e-5 * Math.max(1, greatest)),
        );
        expect(far, `${backend}, output ${k}: ${values[far]}, expected ${expected[far]}`).toBe(-1);
      }
    }
    expect(learnt.at(-1)).toBeLessThan(learnt[0]! / 10);
  });
});
