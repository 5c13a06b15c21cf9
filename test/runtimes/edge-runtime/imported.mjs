// The body on the modules that the host has compiled beforehand.
import * as sau from "sau-simd";
import { createSauPool } from "sau-simd/threads";
import { run } from "./body.js";

globalThis.found = run(sau, { createSauPool });
