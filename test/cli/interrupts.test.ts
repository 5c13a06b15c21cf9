/** Promise: a run that is ended ends at once, leaves nothing behind, and what was there as it was. */
import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  constants as modes,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  writeFileSync,
} from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  commandLine,
  header,
  runCommand,
  startCommand,
  temporaryFolder,
  writeArray,
} from "../support/command.js";

const folder = temporaryFolder();
const old = join(folder, "old.npy");
const COUNT = 8 * 2 ** 20;
/** More than one piece, and less than all of them: the command waits for more. */
const SOME = Buffer.concat([header([COUNT]), Buffer.alloc(2 * COUNT)]);

const elsewhere = temporaryFolder();
const x = join(elsewhere, "x.npy");
writeArray(x, new Float32Array(COUNT).fill(1));

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;
type Signal = (typeof SIGNALS)[number];

/** What runs a command without core dumps, which SIGQUIT would leave. */
const withoutCore = (script: string): string[] => ["-c", `ulimit -c 0; ${script}`, "bash"];

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let turn = 0; turn < 800; turn++) {
    if (isSo()) return;
    await pause(25);
  }
  throw new Error(`It has not come to this: ${what}.`);
}

/** Waits until the command has written some of its results, to a file that is not complete. */
function untilUnderWay(): Promise<void> {
  return until("results are written", () => readdirSync(folder).some((name) => name.endsWith(".tmp")));
}

function expectUntouched(): void {
  expect(readdirSync(folder)).toEqual(["old.npy"]);
  expect(readFileSync(old, "utf8")).toBe("old");
}

let fifos = 0;

/** A new named pipe. */
function makeFifo(): string {
  const path = join(elsewhere, `${fifos++}.fifo`);
  expect(spawnSync("mkfifo", [path]).status).toBe(0);
  return path;
}

describe.runIf(process.platform !== "win32")("ended", () => {
  it.each(SIGNALS)("by %s in the middle, with the status that shells give it", async (signal) => {
    writeFileSync(old, "old");
    const script = withoutCore('exec 3<&0; "$@" <&3 & echo $!; wait $!; echo $?');
    const child = spawn("bash", [...script, process.execPath, ...commandLine("forward", "-", old)], {
      stdio: ["pipe", "pipe", "ignore"],
    });
    let said = "";
    child.stdout.on("data", (chunk) => (said += chunk));
    child.stdin.on("error", () => {});
    child.stdin.write(SOME);
    await untilUnderWay();
    process.kill(Number(said), signal);
    await new Promise((resolve) => child.on("close", resolve));
    expect(said.split("\n")[1]).toBe(`${128 + constants.signals[signal]}`);
    expectUntouched();
  });

  it("with threads at work", async () => {
    writeFileSync(old, "old");
    const child = startCommand(["forward", "-", old, "--threads", "2"]);
    child.stdin.write(SOME);
    await untilUnderWay();
    child.kill("SIGINT");
    const ended = await new Promise((resolve) => child.on("close", (...how) => resolve(how)));
    // As a parent sees it that asks what ended a command: a shell's loop ends too.
    expect(ended).toEqual([null, "SIGINT"]);
    expectUntouched();
  });
});

describe.runIf(process.platform !== "win32")("a named pipe to be written to", () => {
  const children: ReturnType<typeof startCommand>[] = [];
  const readers: number[] = [];

  afterEach(() => {
    for (const child of children.splice(0)) child.kill("SIGKILL");
    for (const reader of readers.splice(0)) closeSync(reader);
  });

  /** Starts the command; how it ends, which a test that fails would wait for in vain. */
  function start(args: readonly string[]) {
    const child = startCommand(args, withoutCore('exec "$@"'));
    children.push(child);
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += chunk));
    const ended = new Promise((resolve) => {
      child.on("close", (status, signal) => resolve({ status, signal, stderr }));
    });
    return { child, ended };
  }

  /** Reads the first bytes that the command writes, and no more. */
  async function readStart(fifo: string): Promise<void> {
    const reader = openSync(fifo, modes.O_RDONLY | modes.O_NONBLOCK);
    readers.push(reader);
    await until("the pipe has something", () => {
      try {
        return readSync(reader, Buffer.alloc(64)) > 0;
      } catch {
        return false;
      }
    });
    // It fills the pipe, and waits.
    await pause(500);
  }

  it.each(SIGNALS)("that nobody reads: %s ends the command", async (signal: Signal) => {
    const { child, ended } = start(["forward", x, makeFifo()]);
    // Long enough for it to wait for a reader, on any but the slowest machine; there the test sees less.
    await pause(1500);
    child.kill(signal);
    expect(await ended).toEqual({ status: null, signal, stderr: "" });
  });

  it.each(SIGNALS)("whose reader is stuck: %s ends the command", async (signal: Signal) => {
    const fifo = makeFifo();
    const { child, ended } = start(["forward", x, fifo]);
    await readStart(fifo);
    child.kill(signal);
    expect(await ended).toEqual({ status: null, signal, stderr: "" });
  });

  it("whose reader is stuck: the command fails as elsewhere", async () => {
    const fifo = makeFifo();
    const { child, ended } = start(["forward", "-", fifo]);
    // A piece, whose results it waits to write, and a part of the next.
    child.stdin.end(SOME.subarray(0, 5 * 2 ** 20));
    await readStart(fifo);
    expect(await ended).toMatchObject({ status: 1, stderr: expect.stringMatching(/ends too early/) });
  });

  it("whose reader goes: the command fails without a word", async () => {
    const fifo = makeFifo();
    const { ended } = start(["forward", x, fifo]);
    await readStart(fifo);
    closeSync(readers.pop()!);
    expect(await ended).toEqual({ status: 1, signal: null, stderr: "" });
  });

  it("gets everything, by a reader that comes late", async () => {
    const [fifo, file, found] = [makeFifo(), join(elsewhere, "y.npy"), join(elsewhere, "found.npy")];
    expect(runCommand(["forward", x, file]).status).toBe(0);
    const { ended } = start(["forward", x, fifo]);
    await pause(500);
    expect(spawnSync("sh", ["-c", 'cat "$0" > "$1"', fifo, found]).status).toBe(0);
    expect(await ended).toEqual({ status: 0, signal: null, stderr: "" });
    expect(readFileSync(found).equals(readFileSync(file))).toBe(true);
  });
});

const hasScript = spawnSync("script", ["--version"]).status === 0;

describe.runIf(hasScript)("on a terminal", () => {
  /**
   * Runs the command on a terminal of its own; returns how it ends, and all that it shows.
   *
   * @param during what happens meanwhile; it can type, ask what is shown, and stop looking
   */
  async function onTerminal(
    args: readonly string[],
    during: (terminal: {
      type(keys: string): void;
      shown(): string;
      stopReading(): void;
      readOn(): void;
    }) => Promise<void> = async () => {},
  ): Promise<{ status: unknown; shown: string }> {
    const command = [process.execPath, ...commandLine(...args)].map((word) => `'${word}'`).join(" ");
    const child = spawn("script", ["-qec", `echo $$; exec ${command}`, "/dev/null"], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let shown = "";
    child.stdout.on("data", (chunk) => (shown += chunk));
    const ended = new Promise((resolve) => child.on("close", resolve));
    await during({
      type: (keys) => void child.stdin.write(keys),
      shown: () => shown,
      stopReading: () => void child.stdout.pause(),
      readOn: () => void child.stdout.resume(),
    });
    return { status: await ended, shown };
  }

  /** Runs `during` while the command can read {@link SOME} from a named pipe, and waits for more. */
  async function withSome<Result>(during: (fifo: string) => Promise<Result>): Promise<Result> {
    const fifo = makeFifo();
    const writer = spawn("bash", ["-c", `exec 3>'${fifo}'; cat >&3; sleep 60`], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    writer.stdin.on("error", () => {});
    writer.stdin.write(SOME);
    try {
      return await during(fifo);
    } finally {
      writer.kill("SIGKILL");
    }
  }

  it("Ctrl-C ends it with 130; until then a bar shows how far it is, the rate and the time left", async () => {
    writeFileSync(old, "old");
    const bar = /(\d+)% {2}([\d.]+) MiB of 32\.0 MiB {2}([\d.]+) [KMG]iB\/s {2}\S+ left/g;
    const { status, shown } = await withSome((fifo) =>
      onTerminal(["forward", fifo, old], async ({ type, shown }) => {
        await until("the bar shows a rate", () => bar.test(shown()));
        await untilUnderWay();
        type("\x03");
      }),
    );
    expect(status).toBe(130);
    expectUntouched();
    bar.lastIndex = 0;
    for (const [, percentage, done, rate] of shown.matchAll(bar)) {
      expect(Number(percentage)).toBe(Math.floor((Number(done) / 32) * 100));
      expect(Number(rate)).toBeGreaterThan(0);
    }
  });

  it("no bar with --quiet", async () => {
    const result = join(elsewhere, "y.npy");
    const { status, shown } = await onTerminal(["forward", x, result, "--quiet"]);
    expect(status).toBe(0);
    expect(shown).toMatch(/^\d+\r\n$/);
    // There would be one.
    expect((await onTerminal(["forward", x, result])).shown).toMatch(/left/);
  });

  it("that shows nothing more: SIGTERM ends a command that writes to it", async () => {
    const { status } = await onTerminal(
      ["forward", x, "/dev/tty"],
      async ({ shown, stopReading, readOn }) => {
        await until("results arrive", () => shown().includes("NUMPY"));
        stopReading();
        // Whatever is between fills up, and the command waits.
        await pause(1500);
        const pid = Number.parseInt(shown(), 10);
        process.kill(pid, "SIGTERM");
        await until("the command has ended", () => {
          const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", `${pid}`], { encoding: "utf8" });
          return stdout === "" || stdout.startsWith("Z");
        });
        readOn();
      },
    );
    expect(status).toBe(128 + constants.signals.SIGTERM);
  });
});
