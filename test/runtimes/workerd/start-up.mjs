// The body in a Worker while it starts, which may compile then, but only at once.
import * as sau from "sau-simd/inline";
import { run } from "./body.js";

const found = run(sau, { compilesAtOnceAlone: true });

export default {
  async fetch() {
    return Response.json(await found);
  },
};
