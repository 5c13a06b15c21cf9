// The body in plain JavaScript.
import * as sau from "sau-simd/js";
import { run } from "./body.js";

run(sau).then(
  (found) => console.log(JSON.stringify(found)),
  (error) => console.log(`${error}\n${error.stack}`),
);
