/** Runs a part in a process of its own, and ends one that hangs, whatever it hangs in. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ROOT } from "../../scripts/wasm/tiers.js";
import type { Figures, Message, PartOptions } from "./part.js";

/** Seconds without a word after which a part counts as hung: many times what its longest step takes on a busy machine. */
const SILENCE_SECONDS = 90;

/**
 * The young generation has a fixed size: the engine makes it larger as it finds that more survives, and seldom smaller,
 * which would count as a leak. Garbage can be collected when the memory is measured.
 */
const FLAGS = ["--expose-gc", "--min-semi-space-size=1", "--max-semi-space-size=1"];

/**
 * Of the allocator: one arena, since what it keeps for threads that have ended would count as a leak, and large pieces
 * given back at once, where it otherwise learns to keep them.
 */
const ENVIRONMENT = {
  MALLOC_ARENA_MAX: "1",
  MALLOC_MMAP_THRESHOLD_: `${2 ** 17}`,
  MALLOC_TRIM_THRESHOLD_: `${2 ** 17}`,
};

/**
 * Runs the part of that name.
 *
 * @returns what it found
 * @throws {Error} where it failed, or was silent for long and was ended
 */
export function runPart(name: string, options: PartOptions): Promise<Figures> {
  const program = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, [...FLAGS, "--import", "tsx", program, JSON.stringify(options)], {
    cwd: ROOT,
    env: { ...process.env, ...ENVIRONMENT },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  return new Promise((resolve, reject) => {
    let figures: Figures | undefined;
    let step = "its start";
    let isHung = false;
    const hung = (): void => {
      isHung = true;
      child.kill("SIGKILL");
    };
    let watchdog = setTimeout(hung, SILENCE_SECONDS * 1000);
    child.on("message", (message: Message) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(hung, SILENCE_SECONDS * 1000);
      if ("figures" in message) figures = message.figures;
      else step = message.step;
    });
    child.on("close", (code, signal) => {
      clearTimeout(watchdog);
      if (isHung)
        reject(new Error(`${name} hangs: nothing was heard for ${SILENCE_SECONDS} s after ${step}`));
      else if (code !== 0) reject(new Error(`${name} failed after ${step} (${signal ?? `status ${code}`})`));
      else if (figures === undefined) reject(new Error(`${name} ended after ${step} and has found nothing`));
      else resolve(figures);
    });
  });
}
