/** The tables of README.md and docs/accuracy.md, made of the record. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fill } from "../../scripts/markers.js";
import { ROOT } from "../../scripts/wasm/tiers.js";
import { TIERS, type Tier } from "../../ts/tier.js";
import { BOUNDS } from "../support/bounds.js";
import { LIMITS, MEASURES, type Measure } from "./measures.js";
import { PAIRS } from "./pairs.js";
import {
  type ExhaustiveRecord,
  judged,
  type MeasureRecord,
  type PairRecord,
  type TierRecord,
} from "./record.js";

const PREFIX = "accuracy";

/** Columns: the tiers that are judged, and of those with the same bits the ones that every pair was compared on. */
function columns(record: ExhaustiveRecord): readonly (readonly [name: string, tier: Tier])[] {
  const compared = TIERS.filter(
    (tier) => record.length > 0 && record.every(({ tiers }) => isSameBits(tiers[tier])),
  );
  return [
    [["simd128", ...compared].map((tier) => `\`${tier}\``).join(", "), "simd128"],
    ["`relaxed-simd`", "relaxed-simd"],
  ];
}

function isSameBits(found: TierRecord | undefined): boolean {
  return found !== undefined && "sameBitsAs" in found;
}

/** What a measure is of, and its worst figure in the words of the contract. */
const ROWS: Readonly<Record<Measure, { what: string; bound: string; figure: (worst: number) => string }>> = {
  y: { what: "y, M2 in ulp", bound: `${BOUNDS.y}`, figure: (worst) => worst.toFixed(2) },
  "dy/dx": {
    what: "dy/dx, absolute, over max(1, \\|alpha\\|, \\|1 - alpha\\|)",
    bound: "2^-23 = 1.19e-7",
    figure: scaled(BOUNDS["dy/dx"]),
  },
  dAlpha: {
    what: "a term of dalpha, over at least its size at x = 0",
    bound: "1e-6",
    figure: scaled(BOUNDS.dAlpha),
  },
  dBeta: { what: "a term of dbeta, over its size at x = 0", bound: "1.25e-6", figure: scaled(BOUNDS.dBeta) },
};

function scaled(bound: number): (fraction: number) => string {
  return (fraction) => (fraction * bound).toExponential(2);
}

interface Worst extends MeasureRecord {
  readonly pair: PairRecord;
}

/** The worst of all pairs. */
function worstOf(record: ExhaustiveRecord, tier: Tier, measure: Measure): Worst | undefined {
  const all = record.flatMap((pair) => {
    const found = judged(pair, tier)?.measures[measure];
    return found === undefined ? [] : [{ ...found, pair }];
  });
  return all.reduce<Worst | undefined>(
    (worst, one) => (worst && worst.worst >= one.worst ? worst : one),
    undefined,
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** One row a measure: the worst of every input and pair, and where it is. */
function summary(record: ExhaustiveRecord): string {
  const head = ["worst error over every input", ...columns(record).map(([name]) => name), "bound"];
  const rows = MEASURES.map((measure) => {
    const { what, bound, figure } = ROWS[measure];
    const cells = columns(record).map(([, tier]) => {
      const worst = worstOf(record, tier, measure);
      if (worst === undefined) return "not walked";
      return `${figure(worst.worst)} at x = ${shortest(worst.x)}, alpha ${worst.pair.alpha}, beta ${worst.pair.beta}`;
    });
    return [what, ...cells, bound];
  });
  return `${record.length} of ${PAIRS.length} pairs of alpha and beta, all 2^32 inputs of each:\n\n${table(head, rows)}`;
}

/** One row a pair. */
function byPair(record: ExhaustiveRecord): string {
  const head = ["alpha", "beta", "tier", "y, M2", "dy/dx", "dalpha", "dbeta"];
  const rows = record.flatMap((pair) =>
    columns(record).flatMap(([name, tier]) => {
      const found = judged(pair, tier);
      if (found === undefined) return [];
      const cells = MEASURES.map((measure) => {
        const { worst, x } = found.measures[measure];
        const figure = worst.toFixed(3);
        return `${worst > LIMITS[measure] ? `**${figure}**` : figure} at ${shortest(x)}`;
      });
      return [[`${pair.alpha}`, `${pair.beta}`, name, ...cells]];
    }),
  );
  return table(head, rows);
}

/** A float32 in as few digits as tell it from its neighbours. */
function shortest(x: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = x.toPrecision(digits);
    if (Math.fround(Number(text)) === x) return `${Number(text)}`;
  }
  return `${x}`;
}

/** The documents that have tables, with what lies between their markers. */
export const DOCUMENTS: readonly (readonly [
  file: string,
  part: string,
  make: (record: ExhaustiveRecord) => string,
])[] = [
  ["README.md", "summary", summary],
  [join("docs", "accuracy.md"), "pairs", byPair],
];

/** A document as it should be. */
export function filled(file: string, part: string, text: string): string {
  return fill(file, PREFIX, readFileSync(join(ROOT, file), "utf8"), { [part]: text });
}

export function writeTables(record: ExhaustiveRecord): void {
  for (const [file, part, make] of DOCUMENTS)
    writeFileSync(join(ROOT, file), filled(file, part, make(record)));
}
