// The body in a Worker, in a request. What it runs on is decided by the conditions of its bundler.
import * as sau from "sau-simd";
import { createSauPool } from "sau-simd/threads";
import { run } from "./body.js";

export default {
  async fetch() {
    return Response.json(await run(sau, { createSauPool }));
  },
};
