/** In a frame: as on a page, for its parent to tell. */
import { load, reportOn } from "./report.js";

parent.postMessage(await reportOn(load("sau-simd", "sau-simd/threads")), "*");
