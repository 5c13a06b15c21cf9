/**
 * Times `sau-simd forward` on a file beside `cp` of the same file, in turns, and says whether it keeps to its bar:
 * 1.5 times what cp takes, plus the kernel's own time. The least of all turns counts.
 *
 * Both read the file from the system's cache, and neither waits for the disk after it has written.
 * `npm run time:cli -- --gib 8 --turns 1 --sparse` shows the memory that a large file takes.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createSauSync } from "sau-simd";
import { DTYPES } from "../ts/npy/dtype.js";
import { formatHeader } from "../ts/npy/header.js";
import { peakMemory } from "./peak-memory.js";
import { ROOT } from "./wasm/tiers.js";

const { values: options } = parseArgs({
  options: {
    gib: { type: "string", default: "1" },
    turns: { type: "string", default: "7" },
    threads: { type: "string", default: "1,2" },
    beta: { type: "string", default: "1.7" },
    folder: { type: "string", default: tmpdir() },
    sparse: { type: "boolean", default: false },
  },
});
const COMMAND = join(ROOT, "dist", "cli.cjs");
const PIECE = 2 ** 20;

const pieces = (Number(options.gib) * 2 ** 30) / (PIECE * Float32Array.BYTES_PER_ELEMENT);
const beta = Number(options.beta);
const folder = mkdtempSync(join(options.folder, "time-command-line-"));
const [source, copy, result] = ["x.npy", "copy.npy", "y.npy"].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];

function activations(): Float32Array {
  const piece = new Float32Array(PIECE);
  for (let i = 0; i < PIECE; i++) piece[i] = 8 * Math.random() - 4;
  return piece;
}

async function writeSource(): Promise<void> {
  const dtype = DTYPES.find(({ descr }) => descr === "<f4")!;
  const header = formatHeader({ dtype, fortranOrder: false, shape: [pieces, PIECE] });
  const file = await open(source, "w");
  await file.write(header);
  if (options.sparse) await file.truncate(header.length + pieces * PIECE * 4);
  else for (let k = 0; k < pieces; k++) await file.write(new Uint8Array(activations().buffer));
  await file.close();
}

/** Seconds that the kernel takes for all pieces in memory. */
function kernelSeconds(): number {
  const sau = createSauSync();
  const tensors = [sau.alloc(PIECE), sau.alloc(PIECE)] as const;
  // Read when both are there: the second may have moved the memory.
  const [x, out] = tensors.map(({ array }) => array) as [Float32Array, Float32Array];
  if (!options.sparse) x.set(activations());
  sau.forward(x, { beta }, { out });
  const start = performance.now();
  for (let k = 0; k < pieces; k++) sau.forward(x, { beta }, { out });
  const seconds = (performance.now() - start) / 1000;
  sau.dispose();
  return seconds;
}

function secondsOf(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}

/** Runs the command; returns the most memory that it had, in bytes. */
function forward(threads: string): number {
  return peakMemory([COMMAND, "forward", source, result, "--beta", `${beta}`, "--threads", threads]);
}

try {
  if (!existsSync(COMMAND)) throw new Error("dist/cli.cjs is missing. Run: npm run build");
  await writeSource();
  const threadCounts = options.threads.split(",");
  const least = new Map<string, number>();
  const note = (name: string, seconds: number): void => {
    least.set(name, Math.min(least.get(name) ?? Infinity, seconds));
  };
  let peak = 0;
  for (let turn = 0; turn < Number(options.turns); turn++) {
    note(
      "cp",
      secondsOf(() => execFileSync("cp", [source, copy])),
    );
    rmSync(copy);
    for (const threads of threadCounts) {
      note(
        `${threads} thread(s)`,
        secondsOf(() => (peak = Math.max(peak, forward(threads)))),
      );
      rmSync(result);
    }
    note("kernel", kernelSeconds());
  }
  const [cp, kernel] = [least.get("cp")!, least.get("kernel")!];
  console.log(
    `${options.gib} GiB of float32${options.sparse ? ", sparse" : ""}, beta ${beta}, least of ${options.turns} turns`,
  );
  console.log(`cp ${cp.toFixed(2)} s, kernel ${kernel.toFixed(2)} s`);
  for (const threads of threadCounts) {
    const seconds = least.get(`${threads} thread(s)`)!;
    const ratio = seconds / (cp + kernel);
    console.log(
      `sau-simd forward --threads ${threads}: ${ratio.toFixed(2)} times cp and kernel (${seconds.toFixed(2)} s; bar: 1.5 cp + kernel = ${(1.5 * cp + kernel).toFixed(2)} s)`,
    );
  }
  console.log(`most memory: ${(peak / 2 ** 20).toFixed(0)} MiB`);
} finally {
  rmSync(folder, { recursive: true });
}
