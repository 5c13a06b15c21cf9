/** Whether what every runtime finds is what is published (test/golden/bits.json). */
import { published, writePublished } from "../support/published.js";
import type { Engine, Row } from "./row.js";

/** How to accept other hashes. */
export const UPDATE = "npm run test:runtimes -- --update-golden";

/** What is wrong with a row's hashes, in words. */
export function wrongHashes({ engine, tier, hash, hashes, errors }: Row): string[] {
  const golden = published();
  const wrong = Object.entries({ ...hashes, [tier]: hash }).flatMap(([name, found]) => {
    const relaxed = name === "relaxed-simd" ? golden["relaxed-simd"][engine] : undefined;
    const accepted = [golden.exact, ...(relaxed === undefined ? [] : [relaxed])];
    if (accepted.includes(found)) return [];
    return [
      `the hash of ${name} is ${found}, expected ${accepted.join(" or ")}; if that is meant: ${UPDATE}`,
    ];
  });
  if (errors !== golden.errors) {
    wrong.push(
      `the hash of the errors' words is ${errors}, expected ${golden.errors}; if that is meant: ${UPDATE}`,
    );
  }
  return wrong;
}

/**
 * Takes the hashes of `rows` as the ones to expect.
 *
 * @throws {Error} when they differ where they must not
 */
export function updateGolden(rows: readonly Row[]): void {
  const golden = published();
  const exact = new Set<string>();
  const relaxed = new Map<Engine, Set<string>>();
  for (const { engine, tier, hash, hashes } of rows) {
    for (const [name, found] of Object.entries({ ...hashes, [tier]: hash })) {
      const into = name === "relaxed-simd" ? (relaxed.get(engine) ?? new Set()) : exact;
      if (name === "relaxed-simd") relaxed.set(engine, into);
      into.add(found);
    }
  }
  const ofRelaxed = [...relaxed].map(([engine, found]) => [engine, only(found, `relaxed-simd in ${engine}`)]);
  writePublished({
    exact: only(exact, "tiers other than relaxed-simd"),
    "relaxed-simd": { ...golden["relaxed-simd"], ...Object.fromEntries(ofRelaxed) },
    errors: only(new Set(rows.map(({ errors }) => errors)), "the errors' words"),
  });
}

function only(hashes: ReadonlySet<string>, what: string): string {
  if (hashes.size === 1) return [...hashes][0]!;
  throw new Error(`The hashes of ${what} are ${[...hashes].join(", ") || "none"}, expected one.`);
}
