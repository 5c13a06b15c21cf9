/** `import text from "./module.wasm"`: a module as the text that ts/wasm/text.ts decodes. */
import { readFileSync } from "node:fs";
import { encode } from "../ts/wasm/text.js";

/** The text of the module in a file. */
export function moduleText(file: string): string {
  return encode(readFileSync(file));
}
