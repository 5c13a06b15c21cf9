import { readFileSync } from "node:fs";
import { afterAll, beforeAll } from "vitest";
import { bundle } from "../host/bundle.js";
import { type Served, serve } from "../host/serve.js";

export const README = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The Worker, served while a file's tests run. */
export function served(): () => Served {
  let worker: Served;
  beforeAll(async () => {
    worker = await serve(await bundle());
  });
  afterAll(() => worker.stop());
  return () => worker;
}
