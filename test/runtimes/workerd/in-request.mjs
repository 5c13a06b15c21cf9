// The body in a Worker that compiles in a request, which workerd refuses.
import * as sau from "sau-simd/inline";
import { run } from "./body.js";

export default {
  async fetch() {
    return Response.json(await run(sau));
  },
};
