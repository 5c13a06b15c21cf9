// The body in plain JavaScript; Hermes' command prints with print.
import * as sau from "sau-simd/js";
import { run } from "./body.js";

run(sau).then(
  (found) => print(JSON.stringify(found)),
  (error) => print(`${error}\n${error.stack}`),
);
