/** How the work goes: a bar on a terminal, elsewhere a line a run. */
import { SingleBar } from "cli-progress";
import type { RunResult } from "./results.js";
import { countSteps, type Run } from "./settings.js";

/** The time left, from the steps done: all networks of a call are trained in steps of about the same length. */
export class Progress {
  readonly #start = performance.now();
  readonly #total: number;
  readonly #bar: SingleBar;
  #done = 0;
  #current = "";

  constructor(
    readonly runs: readonly Run[],
    readonly print: (line: string) => void = console.log,
  ) {
    this.#total = runs.reduce((sum, { schedule }) => sum + countSteps(schedule), 0);
    this.#bar = new SingleBar({
      format: "{bar} {percentage} %  {run}  loss {loss}  {left} left",
      stream: process.stderr,
      barsize: 24,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      noTTYOutput: false,
    });
  }

  start(run: Run): void {
    this.#current = name(run);
    if (process.stderr.isTTY) this.#bar.start(this.#total, this.#done, this.#state(Number.NaN));
  }

  step(loss: number): void {
    this.#done++;
    if (process.stderr.isTTY) this.#bar.update(this.#done, this.#state(loss));
  }

  end(result: RunResult, index: number): void {
    if (process.stderr.isTTY) this.#bar.stop();
    const { testAccuracy } = result.checks.at(-1)!;
    this.print(
      `${index + 1}/${this.runs.length} ${name(result)}: ${(100 * testAccuracy).toFixed(2)} % of the test images, ` +
        `${result.stepMilliseconds.toFixed(1)} ms a step, ${this.#left()} left`,
    );
  }

  #state(loss: number): object {
    return { run: this.#current, loss: loss.toFixed(3), left: this.#left() };
  }

  #left(): string {
    const seconds = (performance.now() - this.#start) / 1000;
    const left = Math.round((seconds / Math.max(this.#done, 1)) * (this.#total - this.#done));
    return left < 120 ? `${left} s` : `${Math.round(left / 60)} min`;
  }
}

const name = ({ net, activation, seed }: Run): string => `${net}, ${activation}, seed ${seed}`;
