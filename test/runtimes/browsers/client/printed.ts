/** On a page of the docs: says what the page has printed, once it has. */
import { tell } from "./report.js";

const output = document.querySelector("output")!;
while (output.value === "") await new Promise((resolve) => setTimeout(resolve, 10));
tell({ printed: output.value });
