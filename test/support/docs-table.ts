/** Tables in the docs that tests make: written on request, else compared with what was found. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { table } from "../../scripts/markdown.js";
import { fill, filled } from "../../scripts/markers.js";
import { ROOT } from "../../scripts/wasm/tiers.js";

/** A row's cells. */
export type Cells = readonly string[];

/** A table's place in the docs, and its columns. */
export class DocsTable {
  /** @param parts `{ compared: n }` leaves out what comes after n columns, since it differs from one host to the next */
  constructor(
    /** From the root: "docs/runtimes.md". */
    readonly page: string,
    /** As its markers have it: "runtimes:matrix". */
    readonly marker: `${string}:${string}`,
    readonly head: Cells,
    private readonly parts: { readonly words: number; readonly compared?: number },
  ) {}

  /** The rows as a table of Markdown. */
  text(rows: readonly Cells[]): string {
    return table(this.head, rows, this.parts.words);
  }

  get #path(): string {
    return join(ROOT, this.page);
  }

  get #place(): [prefix: string, name: string] {
    return this.marker.split(":") as [string, string];
  }

  write(rows: readonly Cells[]): void {
    const [prefix, name] = this.#place;
    const page = readFileSync(this.#path, "utf8");
    writeFileSync(this.#path, fill(this.page, prefix, page, { [name]: this.text(rows) }));
  }

  /**
   * How the page differs from `rows` in the columns that are compared, in words.
   *
   * @param isWhole whether these are all rows, so that the page may have no others
   */
  differences(rows: readonly Cells[], isWhole: boolean): string[] {
    const [prefix, name] = this.#place;
    const shown = this.#lines(filled(this.page, prefix, readFileSync(this.#path, "utf8"), name));
    const found = this.#lines(this.text(rows));
    return [
      ...found.filter((row) => !shown.includes(row)).map((row) => `${this.page} lacks ${row}`),
      ...(isWhole ? shown : [])
        .filter((row) => !found.includes(row))
        .map((row) => `${this.page} has what was not found: ${row}`),
    ];
  }

  /** The head's and the rows' cells that are compared. */
  #lines(text: string): string[] {
    const lines = text.split("\n").filter((line) => line.startsWith("| "));
    return lines.map((line) => line.split(" | ").slice(0, this.parts.compared).join(" | "));
  }
}
