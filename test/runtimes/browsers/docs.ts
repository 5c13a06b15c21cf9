/** The pages of docs/runtimes/browsers.md, as they stand: each is an HTML block, with the blocks before it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../scripts/wasm/tiers.js";
import type { Content } from "./site.js";

const PAGE = "docs/runtimes/browsers.md";

const Y = "-0\\.3000,-0\\.0396,0\\.5354,2\\.0000";
/** What each page prints, with what pools report in that browser. */
const PRINTED: readonly ((pool: string) => string)[] = [
  () => `(relaxed-simd|simd128): ${Y}`,
  () => Y,
  () => Y,
  (pool) => `-0\\.0396; ${pool}`,
  (pool) => `${Y}; ${pool}`,
];

/** What pools report where pages can share memory with workers, and where they cannot. */
const POOL = {
  shared: "2 threads, each a worker: .*",
  alone: "1 thread, the calling one: this host has no SharedArrayBuffer",
};

/** A page of the docs. */
export interface DocsPage {
  readonly name: string;
  readonly path: string;
  /** What it must print, where pages can share memory with workers or not. */
  printed(sharesMemory: boolean): RegExp;
}

/** Puts the pages and their scripts among `contents`. */
export function addDocsPages(contents: Map<string, Content>): DocsPage[] {
  const pages: DocsPage[] = [];
  let headers: Record<string, string> = {};
  const text = readFileSync(join(ROOT, PAGE), "utf8");
  for (const [, language, code] of text.matchAll(/```(\w+)\n([\s\S]*?)```/g)) {
    if (language === "http") {
      headers = Object.fromEntries(
        Array.from(code!.matchAll(/^(\S+): (.*)$/gm), ([, name, value]) => [name!.toLowerCase(), value!]),
      );
    } else if (language === "js") {
      const name = code!.match(/^\/\/ (\S+\.js)\n/)?.[1];
      if (name === undefined) throw new Error(`A script in ${PAGE} does not begin with its name:\n${code}`);
      contents.set(`/${name}`, { body: code!, type: "text/javascript" });
    } else if (language === "html") {
      const path = `/docs/${pages.length + 1}`;
      const body = `<!doctype html>\n${code}<script type="module" src="/client/printed.js"></script>\n`;
      contents.set(path, { body, type: "text/html", headers });
      const printed = PRINTED[pages.length] ?? (() => "");
      pages.push({
        name: `${PAGE}, page ${pages.length + 1}`,
        path,
        printed: (sharesMemory) => new RegExp(`^${printed(sharesMemory ? POOL.shared : POOL.alone)}$`),
      });
      headers = {};
    }
  }
  if (pages.length !== PRINTED.length)
    throw new Error(`${PAGE} has ${pages.length} pages, expected ${PRINTED.length}.`);
  return pages;
}
