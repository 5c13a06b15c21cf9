/** The matrix of docs/runtimes.md, between its markers: written, or compared in what is the same on every machine. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/wasm/tiers.js";
import type { Row } from "./row.js";

const PAGE = join(ROOT, "docs/runtimes.md");
const [START, END] = ["<!-- matrix -->", "<!-- /matrix -->"];

/** How to write the matrix. */
export const WRITE = "npm run test:runtimes -- --write";

const HEAD = ["runtime", "way", "tier", "threads", "hash", "version", "import, ms"] as const;
/** So many of the columns are the same on every machine whose processor fuses multiplications with additions. */
const STABLE = HEAD.indexOf("version");

function cells({ runtime, way, tier, threads, hash, version, importMs }: Row): string[] {
  return [runtime, way, tier, `${threads}`, `\`${hash}\``, version, importMs?.toFixed(1) ?? "-"];
}

const line = (columns: readonly string[]): string => `| ${columns.join(" | ")} |`;

/** The rows as a table of Markdown. */
export function table(rows: readonly Row[]): string {
  return [line(HEAD), line(HEAD.map(() => "---")), ...rows.map((row) => line(cells(row)))].join("\n");
}

/** The page's text before the matrix, the matrix, and the text after it. */
function parts(): [before: string, matrix: string, after: string] {
  const text = readFileSync(PAGE, "utf8");
  const [from, to] = [text.indexOf(START) + START.length, text.indexOf(END)];
  if (from < START.length || to < from) throw new Error(`docs/runtimes.md has no ${START} ... ${END}.`);
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}

/** Writes the matrix. */
export function writeMatrix(rows: readonly Row[]): void {
  const [before, , after] = parts();
  writeFileSync(PAGE, `${before}\n\n${table(rows)}\n\n${after}`);
}

/**
 * How the page differs from `rows` in its stable columns, in words.
 *
 * @param isWhole whether these are all rows, so that the page may have no others
 */
export function differences(rows: readonly Row[], isWhole: boolean): string[] {
  const stable = (columns: readonly string[]): string => line(columns.slice(0, STABLE));
  const [, matrix] = parts();
  const lines = matrix.split("\n").filter((text) => text.startsWith("|"));
  const shown = lines.slice(2).map((text) =>
    stable(
      text
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    ),
  );
  const found = rows.map((row) => stable(cells(row)));
  return [
    ...found.filter((row) => !shown.includes(row)).map((row) => `docs/runtimes.md lacks ${row}`),
    ...(isWhole ? shown : [])
      .filter((row) => !found.includes(row))
      .map((row) => `docs/runtimes.md has what was not found: ${row}`),
  ];
}
