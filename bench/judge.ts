/** Holds rows to their bars. */
import type { Bar } from "./rows.js";

/** What became of a bar: a sentence, and whether the row is within it; undefined where there was nothing to compare with. */
export interface Verdict {
  readonly bar: string;
  /** What the bar is about, as a number: a ratio, a speed-up or a time. */
  readonly value: number | undefined;
  readonly within: boolean | undefined;
}

/** `least` by the name of a row; undefined for one that was not timed. */
export type Leasts = (name: string) => number | undefined;

/** Judges a row whose least time is `least`. */
export function judge(bar: Bar, least: number, leasts: Leasts): Verdict {
  if ("anyOf" in bar) return either(bar.anyOf.map((one) => judge(one, least, leasts)));
  if ("most" in bar) {
    const times = bar.of.map(leasts).filter((time) => time !== undefined);
    const whose = bar.of.length === 1 ? bar.of[0]! : `the faster of ${bar.of.join(" and ")}`;
    const value = times.length < bar.of.length ? undefined : least / Math.min(...times);
    return verdict(`at most ${bar.most} x ${whose}`, value, value !== undefined && value <= bar.most);
  }
  if ("faster" in bar) {
    const other = leasts(bar.than);
    const value = other === undefined ? undefined : other / least;
    return verdict(
      `at least ${bar.faster} x faster than ${bar.than}`,
      value,
      value !== undefined && value >= bar.faster,
    );
  }
  const start = bar.above === undefined ? 0 : leasts(bar.above);
  const value = start === undefined ? undefined : least - start;
  const above = bar.above === undefined ? "" : ` above ${bar.above}`;
  return verdict(`at most ${bar.time}${above}`, value, value !== undefined && value <= bar.time);
}

function verdict(bar: string, value: number | undefined, within: boolean): Verdict {
  return { bar, value, within: value === undefined ? undefined : within };
}

function either(verdicts: readonly Verdict[]): Verdict {
  const best = verdicts.find(({ within }) => within) ?? verdicts.find(({ within }) => within === false);
  return {
    bar: verdicts.map(({ bar }) => bar).join(", or "),
    value: best?.value,
    within: verdicts.some(({ within }) => within) ? true : best?.within,
  };
}
