/** The hashes that every runtime must find. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Engine, Row } from "./row.js";

const FILE = fileURLToPath(new URL("golden.json", import.meta.url));

/** How to accept other hashes. */
export const UPDATE = "npm run test:runtimes -- --update-golden";

interface Golden {
  /** Of the tiers that give the same bits on every engine. */
  exact: string;
  /** Of relaxed-simd, by engine, on processors with fused multiply-add. Without it the hash is the exact one. */
  "relaxed-simd": Partial<Record<Engine, string>>;
}

const read = (): Golden => JSON.parse(readFileSync(FILE, "utf8"));

/** What is wrong with a row's hashes, in words. */
export function wrongHashes({ engine, tier, hash, hashes }: Row): string[] {
  const golden = read();
  return Object.entries({ ...hashes, [tier]: hash }).flatMap(([name, found]) => {
    const relaxed = name === "relaxed-simd" ? golden["relaxed-simd"][engine] : undefined;
    const accepted = [golden.exact, ...(relaxed === undefined ? [] : [relaxed])];
    if (accepted.includes(found)) return [];
    return [
      `the hash of ${name} is ${found}, expected ${accepted.join(" or ")}; if that is meant: ${UPDATE}`,
    ];
  });
}

/**
 * Takes the hashes of `rows` as the ones to expect.
 *
 * @throws {Error} when they differ where they must not
 */
export function updateGolden(rows: readonly Row[]): void {
  const golden: Golden = read();
  const exact = new Set<string>();
  const relaxed = new Map<Engine, Set<string>>();
  for (const { engine, tier, hash, hashes } of rows) {
    for (const [name, found] of Object.entries({ ...hashes, [tier]: hash })) {
      const into = name === "relaxed-simd" ? (relaxed.get(engine) ?? new Set()) : exact;
      if (name === "relaxed-simd") relaxed.set(engine, into);
      into.add(found);
    }
  }
  golden.exact = only(exact, "tiers other than relaxed-simd");
  for (const [engine, found] of relaxed) {
    golden["relaxed-simd"][engine] = only(found, `relaxed-simd in ${engine}`);
  }
  writeFileSync(FILE, `${JSON.stringify(golden, undefined, 2)}\n`);
}

function only(hashes: ReadonlySet<string>, what: string): string {
  if (hashes.size === 1) return [...hashes][0]!;
  throw new Error(`The hashes of ${what} are ${[...hashes].join(", ") || "none"}, expected one.`);
}
