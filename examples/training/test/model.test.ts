/** Promise: the network that is kept answers as it did when it was trained, in every format and place. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-node";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forward } from "../../../dist/index.js";
import { CHROMIUM, programOf } from "../../../scripts/browsers.js";
import { Batches } from "../data/batches.js";
import { first } from "../data/dataset.js";
import { loadDataset } from "../data/index.js";
import { tf, useBackend } from "../framework.js";
import { ACTIVATIONS } from "../nets/activations.js";
import { NETS } from "../nets/index.js";
import type { Network } from "../nets/network.js";
import { keep, type Predictions } from "../save/keep.js";
import { loadLayers } from "../save/layers-format.js";
import { toOnnx } from "../save/onnx.js";
import { evaluate } from "../train.js";

const EXAMPLE = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = join(EXAMPLE, "model");
const README = readFileSync(join(EXAMPLE, "README.md"), "utf8");
const FILES = ["model.json", "weights.bin", "model.onnx", "predictions.json"];
const CLASSES = 10;

/** Of the largest score: how far sums in another order may go from those of TensorFlow.js. */
const OTHER_SUMS = 1e-5;

const predictions: Predictions = JSON.parse(readFileSync(join(FOLDER, "predictions.json"), "utf8"));
const count = predictions.labels.length;
const digits = loadDataset("digits");
const batches = new Batches(digits);
const [{ x: images, labels }] = batches.inOrder(first(digits.test, count), count);
const limit = OTHER_SUMS * Math.max(...predictions.scores.map(Math.abs));

const furthest = (found: ArrayLike<number>): number =>
  Math.max(...predictions.scores.map((score, i) => Math.abs(score - found[i])));

beforeAll(() => useBackend("wasm"));

it("takes less than 300,000 bytes, all together", () => {
  const bytes = FILES.reduce((sum, file) => sum + statSync(join(FOLDER, file)).size, 0);
  expect(bytes).toBeLessThan(300_000);
});

it("was asked about the first digits of MNIST's test set, and reads most of them", () => {
  expect(predictions.labels).toEqual([...labels]);
  const right = predictions.labels.filter((label, i) => {
    const scores = predictions.scores.slice(i * CLASSES, (i + 1) * CLASSES);
    return scores.indexOf(Math.max(...scores)) === label;
  });
  expect(right.length).toBeGreaterThan(0.9 * count);
});

describe("in TensorFlow.js's layers format", () => {
  let network: Network;
  beforeAll(async () => {
    network = await loadLayers(FOLDER);
  });

  it("gives the saved scores, with difference 0", () => {
    const scores = network.predict(tf.tensor4d(images, [count, 28, 28, 1])) as tf.Tensor;
    expect([...scores.dataSync()]).toEqual(predictions.scores);
  });

  it("reads as many of 10,000 unseen digits as the README says", () => {
    const promised = Number(README.match(/([\d.]+) % of the 10,000 unseen digits/)![1]);
    const { accuracy } = evaluate(network, batches, digits.test);
    expect((100 * accuracy).toFixed(2)).toBe(promised.toFixed(2));
  });
});

describe("as ONNX, in ONNX Runtime", () => {
  const input = () => ({ images: new ort.Tensor("float32", images, [count, 1, 28, 28]) });

  it("gives the saved scores, but for the order of sums", async () => {
    const session = await ort.InferenceSession.create(join(FOLDER, "model.onnx"));
    const { scores } = await session.run(input());
    expect(scores.dims).toEqual([count, CLASSES]);
    expect(furthest(scores.data as Float32Array)).toBeLessThan(limit);
  });

  it("is what is made of the layers format", async () => {
    const made = toOnnx(await loadLayers(FOLDER));
    const path = join(FOLDER, "model.onnx");
    if (process.env.UPDATE_MODEL === "1") writeFileSync(path, made);
    expect(
      Buffer.compare(readFileSync(path), made),
      "SAU in models of ONNX has changed. If that is meant: UPDATE_MODEL=1 npm run test:training",
    ).toBe(0);
  });

  it("computes each SAU within 10 ulp of sau-simd", async () => {
    const network = await loadLayers(FOLDER);
    const session = await ort.InferenceSession.create(toOnnx(network, { exposed: true }));
    const outputs = await session.run(input());
    const layers = network.layers.filter((layer) => layer.getClassName() === "Sau");
    expect(layers).toHaveLength(2);
    for (const layer of layers) {
      const [x, y] = [outputs[`${layer.name}/x`], outputs[layer.name]];
      const alpha = layer.getWeights()[0].dataSync() as Float32Array;
      const beta = layer.getConfig().beta as number;
      const values = x.data as Float32Array;
      const shape = x.dims as number[];
      const expected = forward(values, { alpha, beta, shape, channelAxis: 1 });
      const inChannel = shape[2] * shape[3];
      let worst = 0;
      expected.forEach((value, i) => {
        const a = alpha[Math.floor(i / inChannel) % alpha.length];
        const least = (Math.abs(1 - a) * 0.3989423) / beta;
        const ulp = 2 ** Math.max(Math.floor(Math.log2(Math.max(Math.abs(value), least))) - 23, -149);
        worst = Math.max(worst, Math.abs(value - (y.data as Float32Array)[i]) / ulp);
      });
      expect(worst).toBeLessThanOrEqual(10);
    }
  });

  it("is refused for a network with other layers, which are named", () => {
    const network = NETS.get("shufflenet-narrow")!(digits, ACTIVATIONS.sau, 1);
    expect(() => toOnnx(network)).toThrow(TypeError);
    expect(() => toOnnx(network)).toThrow(/is BatchNormalization, expected one of .*Conv2D/);
  });

  it("is made before anything is written: a network that is refused leaves no file behind", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sau-training-"));
    try {
      const network = NETS.get("cnn")!(digits, ACTIVATIONS.relu, 1);
      await expect(keep(network, digits, folder)).rejects.toThrow(TypeError);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("in a page, in Chromium", () => {
  const ROOT = join(EXAMPLE, "../..");
  const TYPES: Record<string, string> = {
    html: "text/html",
    js: "text/javascript",
    mjs: "text/javascript",
    json: "application/json",
    wasm: "application/wasm",
  };
  let server: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url!, "http://localhost");
      const path = join(ROOT, pathname);
      if (pathname.includes("..") || !existsSync(path)) {
        response.writeHead(404).end();
        return;
      }
      const type = TYPES[path.split(".").at(-1)!] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type }).end(readFileSync(path));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    browser = await chromium.launch({ executablePath: programOf(CHROMIUM)[0], args: ["--no-sandbox"] });
    page = await browser.newPage();
    const { port } = server.address() as AddressInfo;
    await page.goto(`http://127.0.0.1:${port}/examples/training/test/page.html`);
  });
  afterAll(async () => {
    await browser?.close();
    server.close();
  });

  /** What a function of the page answers. */
  const ask = (name: string): Promise<number[]> =>
    page.evaluate(
      ([called, values]) =>
        (globalThis as never as Record<string, (x: unknown) => number[]>)[called as string](values),
      [name, [...images]] as const,
    );

  it("gives the saved scores from the layers format, but for the last bits of another tier", async () => {
    const found = await ask("askLayers");
    expect(furthest(found)).toBeLessThan(limit);
  });

  it("gives the saved scores from ONNX, but for the order of sums", async () => {
    const found = await ask("askOnnx");
    expect(furthest(found)).toBeLessThan(limit);
  });
});
