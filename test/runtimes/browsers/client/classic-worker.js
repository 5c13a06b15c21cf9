/** In a classic worker, which imports nothing: the package is bundled with this script. */
import * as entry from "sau-simd";
import { createSauPool } from "sau-simd/threads";
import { reportOn } from "./report.js";

reportOn(Promise.resolve({ entry, createSauPool })).then((report) => postMessage(report));
