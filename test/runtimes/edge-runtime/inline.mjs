// The body on the modules as text, which an edge host refuses to compile.
import * as sau from "sau-simd/inline";
import { run } from "./body.js";

globalThis.found = run(sau);
