/** Shows how far a group is, on a terminal; elsewhere nothing. On standard error, so that results can be piped. */
import cliProgress from "cli-progress";

export class Progress {
  readonly #bar = new cliProgress.SingleBar({
    format: "{bar} {percentage}% {title}, {eta_formatted} left",
    clearOnComplete: true,
    hideCursor: true,
    barsize: 24,
    stream: process.stderr,
  });

  start(title: string): void {
    this.#bar.start(1000, 0, { title });
  }

  update(done: number): void {
    this.#bar.update(Math.round(1000 * done));
  }

  stop(): void {
    this.#bar.stop();
  }
}
