/**
 * The command line without files to open, or without room: it does what it was asked for, or says in a line what is
 * lacking, leaves nothing behind, and what was there as it was.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../scripts/wasm/tiers.js";
import { DTYPES } from "../../../ts/npy/dtype.js";
import { formatHeader } from "../../../ts/npy/header.js";
import type { Random } from "../../support/random.js";
import { beat, part } from "../part.js";

const COMMAND = join(ROOT, "dist", "cli.cjs");
/** Elements, which make 12 million bytes: several pieces. */
const LENGTH = 3_000_000;
const BYTES = LENGTH * Float32Array.BYTES_PER_ELEMENT;
/** Seconds after which a command counts as hung. */
const HANG_SECONDS = 60;
/** Runs without room. */
const DISKS = 30;

const folder = mkdtempSync(join(tmpdir(), "sau-simd-faults-"));
/** A disk of its own, where one can be had. */
const disk = join(folder, "disk");
const input = join(folder, "x.npy");
const OLD = "what was there";

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs node under limits of bash's `ulimit`. */
function run(limit: string, args: readonly string[]): Ran {
  const words = [process.execPath, ...args].map((word) => `'${word}'`).join(" ");
  const { status, signal, stdout, stderr, error } = spawnSync(
    "bash",
    ["-c", `ulimit -c 0 ${limit}; exec ${words}`],
    {
      encoding: "utf8",
      timeout: HANG_SECONDS * 1000,
      killSignal: "SIGKILL",
    },
  );
  if (error !== undefined) throw new Error(`${limit} ${args.join(" ")} hangs: ${error.message}`);
  if (signal !== null) throw new Error(`${limit} ${args.join(" ")} was ended by ${signal}: ${stderr}`);
  return { status, stdout, stderr };
}

/** The commands, each with where its result goes; undefined for standard output alone. */
function commandsOf(output: string): { args: string[]; writes: boolean }[] {
  return [
    { args: ["forward", input, output], writes: true },
    { args: ["forward", input, output, "--threads", "2"], writes: true },
    { args: ["backward", input, input, "--dx", output], writes: true },
    { args: ["backward", input, input], writes: false },
  ];
}

/** What each command gives where nothing is lacking. */
type Answers = ReadonlyMap<string, { readonly file: Buffer | undefined; readonly stdout: string }>;

function key(args: readonly string[]): string {
  return args.filter((arg) => !arg.startsWith("/")).join(" ");
}

function answers(): Answers {
  const output = join(folder, "expected.npy");
  const found = new Map<string, { file: Buffer | undefined; stdout: string }>();
  for (const { args, writes } of commandsOf(output)) {
    const { status, stdout, stderr } = run("", [COMMAND, ...args]);
    if (status !== 0) throw new Error(stderr);
    found.set(key(args), { file: writes ? readFileSync(output) : undefined, stdout });
  }
  rmSync(output);
  return found;
}

/**
 * Runs a command that may lack something; returns whether it did what it was asked for.
 *
 * @param where the folder of its output
 * @param lacks what it may say
 */
function attempt(
  limit: string,
  where: string,
  { args, writes }: { args: string[]; writes: boolean },
  expected: Answers,
  lacks: RegExp,
): boolean {
  const output = join(where, "y.npy");
  // Half of them replace a file.
  const hadOld = writes && where === folder;
  if (hadOld) writeFileSync(output, OLD);
  const before = readdirSync(where).sort().join();
  const { status, stdout, stderr } = run(limit, [COMMAND, ...args]);
  const { file, stdout: text } = expected.get(key(args))!;
  const said = `${limit}: sau-simd ${args.join(" ")}: status ${status}, ${stderr}`;
  if (status === 0) {
    if (stdout !== text) throw new Error(`${said}, and prints ${stdout}`);
    if (file !== undefined && !readFileSync(output).equals(file))
      throw new Error(`${said}, and its result is wrong`);
  } else {
    if (status !== 1 || stdout !== "") throw new Error(said);
    // A line each: first, perhaps, that there are fewer threads.
    const lines = stderr.trimEnd().split("\n");
    if (!lines.every((line) => line.startsWith("sau-simd: ")) || !lacks.test(lines.at(-1)!))
      throw new Error(said);
    if (hadOld && readFileSync(output, "utf8") !== OLD)
      throw new Error(`${said}, and the old file has changed`);
    if (readdirSync(where).sort().join() !== before)
      throw new Error(`${said}, and leaves ${readdirSync(where)}`);
  }
  rmSync(output, { force: true });
  return status === 0;
}

/** The fewest files with which node itself loads a program. */
function fewestFiles(): number {
  const empty = join(folder, "empty.cjs");
  writeFileSync(empty, "");
  for (let files = 8; files < 200; files++) {
    try {
      if (run(`-n ${files}`, [empty]).status === 0) return files;
    } catch {
      // Node ends itself there.
    }
  }
  throw new Error("node does not start with 200 files");
}

function withoutFiles(expected: Answers): Record<string, number> {
  const fewest = fewestFiles();
  const count = { runs: 0, done: 0 };
  // Until each command has what it needs, and a few more.
  for (let files = fewest, rest = 4; rest > 0 && files < 200; files++) {
    beat(`${files} files`);
    const done = commandsOf(join(folder, "y.npy")).filter((command) => {
      count.runs++;
      return attempt(`-n ${files}`, folder, command, expected, /too many open files/);
    });
    count.done += done.length;
    if (done.length === commandsOf("").length) rest--;
  }
  if (count.done === count.runs) throw new Error("no command lacked a file");
  return { ...count, fewest };
}

/** Mounts a disk of that size; returns whether that can be had. */
function mount(options: string): boolean {
  mkdirSync(disk, { recursive: true });
  return spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", disk]).status === 0;
}

function unmount(): void {
  const { status, stderr } = spawnSync("umount", [disk], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
}

function withoutRoom(expected: Answers, random: Random): Record<string, number> {
  const count = { limited: 0, disks: 0, done: 0 };
  const here = commandsOf(join(folder, "y.npy")).filter(({ writes }) => writes);
  const there = commandsOf(join(disk, "y.npy")).filter(({ writes }) => writes);
  for (let k = 0; k < DISKS; k++) {
    beat(`${k} disks`);
    // In KiB: most are too small, some are not.
    const room = random.below((BYTES / 1024) * 1.2);
    if (attempt(`-f ${room}`, folder, random.pick(here), expected, /file too large \(byte \d+\)$/))
      count.done++;
    count.limited++;
    if (!mount(random.below(6) === 0 ? "nr_inodes=1" : `size=${Math.max(4, room)}k`)) continue;
    try {
      if (attempt("", disk, random.pick(there), expected, /no space left on device( \(byte \d+\))?$/))
        count.done++;
      count.disks++;
    } finally {
      unmount();
    }
  }
  return count;
}

await part(async (random) => {
  try {
    const dtype = DTYPES.find(({ descr }) => descr === "<f4")!;
    const values = random.array(LENGTH, -3, 3);
    const header = formatHeader({ dtype, fortranOrder: false, shape: [LENGTH] });
    writeFileSync(input, Buffer.concat([header, new Uint8Array(values.buffer)]));
    const expected = answers();
    return { withoutFiles: withoutFiles(expected), withoutRoom: withoutRoom(expected, random) };
  } finally {
    rmSync(folder, { recursive: true });
  }
});
