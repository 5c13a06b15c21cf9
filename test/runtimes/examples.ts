/** The examples of the pages in docs/runtimes/: each js block runs as it stands, and prints the text block after it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/wasm/tiers.js";
import type { Failure } from "./row.js";

/** Runs an example; what it prints, or answers. */
export type RunExample = (code: string, name: string) => Promise<string>;

/**
 * The examples of docs/runtimes/PAGE.md that fail.
 *
 * @throws {Error} when the page has none, or a js block without a text block
 */
export async function failedExamples(runtime: string, page: string, run: RunExample): Promise<Failure[]> {
  const file = `docs/runtimes/${page}.md`;
  const text = readFileSync(join(ROOT, file), "utf8");
  const examples = [...text.matchAll(/```js\n(.*?)```\s*```text\n(.*?)```/gs)];
  const blocks = text.match(/```js\n/g)?.length ?? 0;
  if (blocks === 0 || blocks !== examples.length) {
    throw new Error(
      `${file} has ${blocks} js blocks, ${examples.length} of them with a text block after it.`,
    );
  }
  const failures: Failure[] = [];
  for (const [index, [, code, printed]] of examples.entries()) {
    const found = await run(code!, `example-${index + 1}`).catch((error: Error) => error.message);
    if (found.trimEnd() === printed!.trimEnd()) continue;
    failures.push({
      runtime,
      way: `${file}, example ${index + 1}`,
      error: `It gives\n${found}\nexpected\n${printed}`,
    });
  }
  return failures;
}
