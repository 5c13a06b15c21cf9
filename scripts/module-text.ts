/** `import text from "./module.wasm"`: a module as the text that ts/wasm/text.ts decodes. */
import { readFileSync } from "node:fs";
import type { Plugin } from "esbuild";
import { encode } from "../ts/wasm/text.js";

/** The text of the module in a file. */
export function moduleText(file: string): string {
  return encode(readFileSync(file));
}

/**
 * For esbuild. The modules travel inside the bundle, as text that is decoded when a tier is tried: no file to find, no
 * path to get wrong.
 */
export const moduleTextPlugin: Plugin = {
  name: "module-text",
  setup({ onLoad }) {
    onLoad({ filter: /\.wasm$/ }, ({ path }) => ({ contents: moduleText(path), loader: "text" }));
  },
};
