/** The tables of docs/bundlers.md. */
import { type Cells, DocsTable } from "../support/docs-table.js";
import {
  commonJsBytes,
  forwardBytes,
  importedName,
  KIB,
  MOST_BUNDLED_BYTES,
  MOST_BYTES,
  moduleBytes,
  SIZED_ENTRIES,
} from "../support/sizes.js";
import type { Bundles } from "./bundler.js";

const PAGE = "docs/bundlers.md";

const figure = (bytes: number): string => bytes.toLocaleString("en");
const kib = (bytes: number): string => `${bytes / KIB} KiB`;

/** A row for each bundler. */
export const BUNDLED = new DocsTable(
  PAGE,
  "bundlers:bundled",
  [
    "bundler",
    "version",
    "what is run",
    `\`sau-simd\`, at most ${kib(MOST_BUNDLED_BYTES.index)}`,
    `\`sau-simd/js\`, at most ${kib(MOST_BUNDLED_BYTES.js)}`,
  ],
  { words: 3 },
);

/** A row of {@link BUNDLED}. */
export function bundledCells(
  { name, version }: { readonly name: string; readonly version: string },
  ways: readonly string[],
  sizes: Bundles["sizes"],
): Cells {
  const figures = sizes === undefined ? ["-", "-"] : [figure(sizes.index), figure(sizes.js)];
  return [name, version, ways.join(", "), ...figures];
}

/** A row for each entry. */
export const PUBLISHED = new DocsTable(
  PAGE,
  "bundlers:published",
  [
    "entry",
    "ES module, with its chunks",
    "CommonJS module",
    "a program that calls `forward`",
    "the last two, at most",
  ],
  { words: 1 },
);

/** The rows of {@link PUBLISHED}. */
export function publishedRows(): Promise<Cells[]> {
  return Promise.all(
    SIZED_ENTRIES.map(async (entry) => [
      `\`${importedName(entry)}\``,
      figure(await moduleBytes(entry)),
      figure(commonJsBytes(entry)),
      figure(await forwardBytes(entry)),
      kib(MOST_BYTES[entry]),
    ]),
  );
}
