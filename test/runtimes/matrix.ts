/** The matrix of docs/runtimes.md. */
import { type Cells, DocsTable } from "../support/docs-table.js";
import type { Row } from "./row.js";

const HEAD = [
  "runtime",
  "way",
  "tier",
  "slower tiers, by name",
  "threads",
  "hash",
  "version",
  "import, ms",
] as const;

/** The columns before the version are the same on every machine whose processor fuses multiplications with additions. */
export const MATRIX = new DocsTable("docs/runtimes.md", "runtimes:matrix", HEAD, {
  words: HEAD.indexOf("import, ms"),
  compared: HEAD.indexOf("version"),
});

/** What has no value here. */
const NONE = "-";

export function cells({ runtime, way, tier, hashes, threads, hash, version, importMs }: Row): Cells {
  const slower = Object.keys(hashes).filter((name) => name !== tier);
  return [
    runtime,
    way,
    tier,
    slower.join(", ") || NONE,
    `${threads ?? NONE}`,
    `\`${hash}\``,
    version,
    importMs?.toFixed(1) ?? NONE,
  ];
}
