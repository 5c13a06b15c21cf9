/** Promise: bytes are shown as people read them, on a terminal, and nothing elsewhere. */
import { stripVTControlCharacters } from "node:util";
import { afterEach, expect, it, vi } from "vitest";
import { formatBytes, Progress } from "../../ts/cli/progress.js";
import { isNodesWarning, onTerminal } from "../support/command.js";

/** What terminals understand (ECMA-48, and xterm's private modes). */
const [TO_START, CLEAR_LINE, HIDE_CURSOR, WRAP_NO_LINES] = ["1G", "2K", "?25l", "?7l"].map(
  (sequence) => `\u001b[${sequence}`,
) as [string, string, string, string];

afterEach(() => {
  vi.restoreAllMocks();
});

it.each([
  [0, "0 B"],
  [0.3, "0 B"],
  [1, "1 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [1536, "1.5 KiB"],
  [99.9 * 1024, "99.9 KiB"],
  [100 * 1024, "100 KiB"],
  [2 ** 20 - 1, "1024 KiB"],
  [2 ** 20, "1.0 MiB"],
  [32 * 2 ** 20, "32.0 MiB"],
  [2 ** 30, "1.0 GiB"],
  [3.25 * 2 ** 40, "3.3 TiB"],
  [2 ** 50, "1024 TiB"],
  [2 ** 60, "1048576 TiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

/** All that `act` shows on a terminal, or elsewhere. */
async function shownBy(act: () => Promise<void>, isTerminal = true): Promise<string> {
  let shown = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    if (!isNodesWarning(text)) shown += text;
    return true;
  });
  await onTerminal(process.stderr, act, isTerminal);
  return shown;
}

/** Longer than the bar waits before it is drawn anew, ten times a second. */
const drawn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 150));

it("a bar has how much is done, at which rate, and goes at the end", async () => {
  let second = 100;
  vi.spyOn(performance, "now").mockImplementation(() => second * 1000);
  const shown = await shownBy(async () => {
    const signals = (): number => process.listenerCount("SIGINT") + process.listenerCount("SIGTERM");
    const before = signals();
    const progress = new Progress(4096, false);
    // They are the command's own.
    expect(signals()).toBe(before);
    // At once, as it is not drawn in between.
    vi.spyOn(Date, "now").mockReturnValue(Date.now());
    second += 2;
    progress.add(1000);
    progress.add(1048);
    await drawn();
    progress.add(2048);
    await drawn();
    progress.stop();
  });
  const lines = stripVTControlCharacters(shown).matchAll(
    /([^\s%]+) (\d+)% {2}(.+?) of (.+?) {2}(.+?)\/s {2}\S+? left/g,
  );
  const states = Array.from(lines, ([, bar, ...words]) => [bar!.length, ...words].join(", "));
  expect([...new Set(states)]).toEqual([
    "24, 0, 0 B, 4.0 KiB, 0 B",
    "24, 50, 2.0 KiB, 4.0 KiB, 1.0 KiB",
    "24, 100, 4.0 KiB, 4.0 KiB, 2.0 KiB",
  ]);
  // The line is empty again, and the terminal as it was: it had its cursor, its lines, and no new one.
  expect(shown.endsWith(TO_START + CLEAR_LINE)).toBe(true);
  for (const change of [HIDE_CURSOR, WRAP_NO_LINES, "\n"]) expect(shown).not.toContain(change);
});

it.each([
  ["on no terminal", 4096, false, false],
  ["of nothing", 0, false, true],
  ["where it is to be quiet", 4096, true, true],
])("no bar %s", async (_, total, isQuiet, isTerminal) => {
  const shown = await shownBy(async () => {
    const progress = new Progress(total, isQuiet);
    progress.add(total);
    await drawn();
    progress.stop();
  }, isTerminal);
  expect(shown).toBe("");
});
