/** Promise: a run that is ended leaves nothing behind, and what was there as it was. */
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandLine, header, startCommand, temporaryFolder } from "../support/command.js";

const folder = temporaryFolder();
const old = join(folder, "old.npy");
const COUNT = 8 * 2 ** 20;

/** Waits until the command has written some of its results, to a file that is not complete. */
async function untilUnderWay(): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    if (readdirSync(folder).some((name) => name.endsWith(".tmp"))) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("The command has not begun to write.");
}

function expectUntouched(): void {
  expect(readdirSync(folder)).toEqual(["old.npy"]);
  expect(readFileSync(old, "utf8")).toBe("old");
}

describe.runIf(process.platform !== "win32")("ended", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("by %s in the middle", async (signal) => {
    writeFileSync(old, "old");
    const child = startCommand(["forward", "-", old]);
    // More than one piece, and less than all of them: the command waits for more.
    child.stdin.write(Buffer.concat([header([COUNT]), Buffer.alloc(2 * COUNT)]));
    await untilUnderWay();
    child.kill(signal);
    const status = await new Promise((resolve) => child.on("close", resolve));
    expect(status).toBe(128 + constants.signals[signal]);
    expectUntouched();
  });

  it("with threads at work", async () => {
    writeFileSync(old, "old");
    const child = startCommand(["forward", "-", old, "--threads", "2"]);
    child.stdin.write(Buffer.concat([header([COUNT]), Buffer.alloc(2 * COUNT)]));
    await untilUnderWay();
    child.kill("SIGINT");
    const status = await new Promise((resolve) => child.on("close", resolve));
    expect(status).toBe(130);
    expectUntouched();
  });
});

const hasScript = spawnSync("script", ["--version"]).status === 0;

describe.runIf(hasScript)("on a terminal", () => {
  /** Runs the command on a terminal of its own; returns what it shows. */
  function onTerminal(args: readonly string[], type?: (stdin: NodeJS.WritableStream) => Promise<void>) {
    const command = [process.execPath, ...commandLine(...args)].map((word) => `'${word}'`).join(" ");
    const child = spawn("script", ["-qec", command, "/dev/null"], { stdio: ["pipe", "pipe", "inherit"] });
    let shown = "";
    child.stdout.on("data", (chunk) => (shown += chunk));
    const typed = type?.(child.stdin);
    return new Promise<{ status: unknown; shown: string }>((resolve, reject) => {
      typed?.catch(reject);
      child.on("close", (status) => resolve({ status, shown }));
    });
  }

  it("Ctrl-C ends it with 130", async () => {
    writeFileSync(old, "old");
    const fifo = join(folder, "..", `${folder.split("/").at(-1)}.fifo`);
    spawnSync("mkfifo", [fifo]);
    const writer = spawn("bash", ["-c", `exec 3>'${fifo}'; cat >&3; sleep 60`], {
      stdio: ["pipe", "ignore", "ignore"],
    });
    writer.stdin.on("error", () => {});
    writer.stdin.write(Buffer.concat([header([COUNT]), Buffer.alloc(2 * COUNT)]));
    try {
      const { status } = await onTerminal(["forward", fifo, old], async (stdin) => {
        await untilUnderWay();
        stdin.write("\x03");
      });
      expect(status).toBe(130);
      expectUntouched();
    } finally {
      writer.kill("SIGKILL");
      spawnSync("rm", [fifo]);
    }
  });
});
