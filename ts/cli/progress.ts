/** Shows how far a command is, on a terminal; elsewhere nothing. On standard error, so that results can be piped. */
import cliProgress from "cli-progress";

/** Bytes as people read them. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${value.toFixed(power > 0 && value < 100 ? 1 : 0)} ${units[power]}`;
}

/** A bar for `total` bytes. */
export class Progress {
  readonly #bar: cliProgress.SingleBar | undefined;
  readonly #start = performance.now();
  #done = 0;

  /** @param isQuiet shows nothing, on a terminal neither */
  constructor(total: number, isQuiet: boolean) {
    if (isQuiet || total === 0) return;
    this.#bar = new cliProgress.SingleBar({
      format: "{bar} {percentage}%  {done} of {all}  {rate}/s  {eta_formatted} left",
      clearOnComplete: true,
      // Whatever ends the command then leaves the terminal as it was.
      hideCursor: false,
      linewrap: true,
      gracefulExit: false,
      barsize: 24,
      stream: process.stderr,
    });
    this.#bar.start(total, 0, { done: formatBytes(0), all: formatBytes(total), rate: formatBytes(0) });
  }

  /** So many more bytes are done. */
  add(bytes: number): void {
    this.#done += bytes;
    const seconds = (performance.now() - this.#start) / 1000;
    this.#bar?.update(this.#done, {
      done: formatBytes(this.#done),
      rate: formatBytes(this.#done / seconds),
    });
  }

  stop(): void {
    this.#bar?.stop();
  }
}
