// The body on the main entry and a pool, in an engine without WebAssembly.
import * as sau from "sau-simd";
import { createSauPool } from "sau-simd/threads";
import { run } from "./body.js";

run(sau, { createSauPool }).then(
  (found) => print(JSON.stringify(found)),
  (error) => print(`${error}\n${error.stack}`),
);
