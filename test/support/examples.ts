/** The examples in the README and in docs/. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/wasm/tiers.js";

/** The pages, by their paths in the project. */
export const PAGES = [
  "README.md",
  ...readdirSync(join(ROOT, "docs")).map((name) => join("docs", name)),
].filter((name) => name.endsWith(".md"));

/** The TypeScript blocks of a page. */
export function examples(page: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code!);
}

/** Whether an example runs only where TensorFlow.js is installed. */
export function needsTensorFlow(code: string): boolean {
  return code.includes("@tensorflow/");
}
