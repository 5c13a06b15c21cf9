/** Promise: the page sends what is drawn on it as the network expects it, and shows the answer. */
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM, programOf } from "../../../scripts/browsers.js";
import { served } from "./support.js";

const worker = served();

it("is a page of HTML", async () => {
  const response = await fetch(worker().url);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(await response.text()).toContain("<canvas");
  const head = await fetch(worker().url, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});

describe("in Chromium", () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: programOf(CHROMIUM)[0], args: ["--no-sandbox"] });
    page = await browser.newPage();
    await page.goto(worker().url.href);
  });
  afterAll(() => browser?.close());

  /** Drags the mouse through points of the canvas, waits for the answer. */
  async function draw(...points: [number, number][]): Promise<string | null> {
    await page.click("button");
    const { x, y } = (await page.locator("canvas").boundingBox())!;
    const [[startX, startY], ...rest] = points;
    await page.mouse.move(x + startX, y + startY);
    await page.mouse.down();
    for (const [toX, toY] of rest) await page.mouse.move(x + toX, y + toY, { steps: 10 });
    await page.mouse.up();
    await page.locator("tr").nth(9).waitFor();
    return page.locator("output").textContent();
  }

  it("a stroke down is a 1", async () => {
    expect(await draw([140, 50], [135, 230])).toMatch(/^This is a 1 \(\d+ ms there and back, tier [\w-]+\)$/);
  });

  it("a corner is a 7, small and out of the middle too", async () => {
    expect(await draw([70, 60], [210, 60], [130, 230])).toMatch(/^This is a 7 /);
    expect(await draw([20, 170], [90, 170], [50, 255])).toMatch(/^This is a 7 /);
  });

  it("an answer is ten probabilities, which Clear takes away", async () => {
    const cells = await page.locator("td:last-child").allTextContents();
    expect(cells).toHaveLength(10);
    const sum = cells.reduce((total, text) => total + Number.parseFloat(text), 0);
    expect(Math.abs(sum - 100)).toBeLessThan(1);
    await page.click("button");
    expect(await page.locator("tr").count()).toBe(0);
    expect(await page.locator("output").textContent()).toBe("");
  });
});
