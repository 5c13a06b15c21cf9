// The body on a module that the host has compiled beforehand, and the program brings.
import * as sau from "sau-simd/init";
import simd from "sau-simd/simd.wasm";
import { run } from "./body.js";

sau.init(simd);
globalThis.found = run(sau);
