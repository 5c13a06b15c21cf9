/** On a page: the package by its names, which the page's import map knows. */
import { load, reportOn, tell } from "./report.js";

tell(await reportOn(load("sau-simd", "sau-simd/threads")));
