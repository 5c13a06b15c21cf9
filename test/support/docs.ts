/** The code in the project's pages, run as it stands. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT } from "../../scripts/wasm/tiers.js";

/** The pages, by their paths in the project. */
export const PAGES = [
  "README.md",
  ...readdirSync(join(ROOT, "docs")).map((name) => join("docs", name)),
].filter((name) => name.endsWith(".md"));

/** Whether an example runs only where TensorFlow.js is installed. */
export function needsTensorFlow(code: string): boolean {
  return code.includes("@tensorflow/");
}

/** The blocks of a page in that language. */
export function codeBlocks(page: string, language: string): string[] {
  const text = readFileSync(join(ROOT, page), "utf8");
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, "g"))].map(
    ([, code]) => code!,
  );
}

/** What a module prints. */
export function runCode(code: string, cwd: string): string {
  const args = ["--input-type=module", "--eval", code];
  return execFileSync(process.execPath, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Makes packages found from a folder: this one, and those that are installed in `packages`. */
export function installInto(folder: string, packages: string, names: readonly string[]): void {
  const link = (name: string, target: string) => {
    const path = join(folder, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path, "dir");
  };
  link("sau-simd", ROOT);
  for (const name of names) link(name, join(packages, "node_modules", name));
}
