/** In a module worker, where no import map holds: the package by its files' addresses. */
import { load, reportOn } from "./report.js";

const DIST = "/node_modules/sau-simd/dist";

postMessage(await reportOn(load(`${DIST}/index.js`, `${DIST}/threads.js`)));
