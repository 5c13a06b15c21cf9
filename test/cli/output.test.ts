/** Promise: a file has its name once it is complete, whatever was there keeps its place until then, and errors say where. */
import { spawn, spawnSync } from "node:child_process";
import fs, {
  chmodSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import promises from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FileError, UsageError } from "../../ts/cli/errors.js";
import { discardUnfinished, inStandardOutput, Output, openOutput } from "../../ts/cli/output.js";
import { onTerminal, temporaryFolder } from "../support/command.js";
import { withBuiltin } from "../support/process.js";

const top = temporaryFolder();
let folders = 0;
let folder: string;
const path = (name: string): string => join(folder, name);
const names = (): string[] => readdirSync(folder).sort();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const isTemporary = (name: string): boolean =>
  new RegExp(`^\\.sau-simd-${process.pid}-[0-9a-f]{8}\\.tmp$`).test(name);

beforeEach(() => {
  folder = join(top, `${folders++}`);
  mkdirSync(folder);
});

afterEach(discardUnfinished);

describe("bytes", () => {
  it("are written in their order, as many at once as go", async () => {
    const written: string[] = [];
    let finished = 0;
    const output = new Output("y.npy", {
      async writeSome(part) {
        const some = part.subarray(0, 3);
        written.push(Buffer.from(some).toString());
        return some.length;
      },
      async finish() {
        finished++;
      },
    });
    await output.write(bytes("abcdefgh"));
    await output.write(bytes(""));
    await output.write(bytes("ij"));
    expect([written, output.offset, finished]).toEqual([["abc", "def", "gh", "ij"], 10, 0]);
    await output.commit();
    expect(finished).toBe(1);
  });

  it("that cannot be written are an error that says which", async () => {
    const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
    let writes = 0;
    const output = new Output("y.npy", {
      writeSome: async () => {
        if (writes++ < 2) return 4;
        throw full;
      },
      finish: () => Promise.reject(full),
    });
    const error = await output.write(bytes("abcdefghijkl")).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    expect([error.message, error.cause]).toEqual(["y.npy: no space left on device (byte 8)", full]);
    const later = await output.commit().catch((thrown) => thrown);
    expect(later).toBeInstanceOf(FileError);
    expect(later.message).toBe("y.npy: no space left on device");
    expect(inStandardOutput(full).message).toBe("standard output: no space left on device");
  });
});

describe("a file", () => {
  it("appears when it is complete", async () => {
    const output = await openOutput(path("y.npy"));
    expect([output.name, output.offset]).toEqual([path("y.npy"), 0]);
    await output.write(bytes("abc"));
    await output.write(bytes("def"));
    expect(names().map(isTemporary)).toEqual([true]);
    await output.commit();
    expect(names()).toEqual(["y.npy"]);
    expect(readFileSync(path("y.npy"), "utf8")).toBe("abcdef");
    // Nothing is left to be discarded.
    discardUnfinished();
    expect(names()).toEqual(["y.npy"]);
  });

  it("that was there stays until then, and leaves its permissions", async () => {
    writeFileSync(path("y.npy"), "old");
    chmodSync(path("y.npy"), 0o751);
    const output = await openOutput(path("y.npy"));
    await output.write(bytes("new"));
    expect(readFileSync(path("y.npy"), "utf8")).toBe("old");
    await output.commit();
    expect([readFileSync(path("y.npy"), "utf8"), statSync(path("y.npy")).mode & 0o7777]).toEqual([
      "new",
      0o751,
    ]);
  });

  it("that is not complete is discarded, and others too", async () => {
    writeFileSync(path("y.npy"), "old");
    const outputs = [await openOutput(path("y.npy")), await openOutput(path("z.npy"))];
    for (const output of outputs) await output.write(bytes("new"));
    expect(names().filter(isTemporary)).toHaveLength(2);
    discardUnfinished();
    expect(names()).toEqual(["y.npy"]);
    expect(readFileSync(path("y.npy"), "utf8")).toBe("old");
    // Somebody else has removed it.
    await openOutput(path("z.npy"));
    fs.unlinkSync(path(names().find(isTemporary)!));
    discardUnfinished();
    expect(names()).toEqual(["y.npy"]);
    // Once each: a later one of that name is another's.
    const [again] = [await openOutput(path("z.npy"))];
    const [temporary] = names().filter(isTemporary);
    await again.write(bytes("x"));
    discardUnfinished();
    writeFileSync(path(temporary!), "another's");
    discardUnfinished();
    expect(names()).toContain(temporary);
  });

  it("that links lead to is replaced there, and they stay", async () => {
    mkdirSync(path("near"));
    symlinkSync("near/file.npy", path("relative"));
    symlinkSync(path("relative"), path("absolute"));
    for (const content of ["first", "second"]) {
      const output = await openOutput(path("absolute"));
      await output.write(bytes(content));
      expect(names()).toEqual(["absolute", "near", "relative"]);
      expect(readdirSync(path("near")).filter(isTemporary)).toHaveLength(1);
      await output.commit();
      expect(readFileSync(path("near/file.npy"), "utf8")).toBe(content);
    }
    expect(readlinkSync(path("absolute"))).toBe(path("relative"));
  });

  it.each([
    ["a folder", "folder", "is a directory, expected the name of a file"],
    ["in no folder", "none/y.npy", "no such file or directory"],
    ["in what is no folder", "plain/y.npy", "not a directory"],
    ["a link to itself", "loop", "too many symbolic links encountered"],
  ])("that is %s is refused", async (_, name, message) => {
    mkdirSync(path("folder"));
    writeFileSync(path("plain"), "");
    symlinkSync("loop", path("loop"));
    const error = await openOutput(path(name)).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toBe(`${path(name)}: ${message}`);
    expect(names()).toEqual(["folder", "loop", "plain"]);
  });

  it("that may not be written to is not replaced, though its folder would allow it", async () => {
    writeFileSync(path("y.npy"), "old");
    const denied = Object.assign(new Error("EACCES: permission denied, access"), { code: "EACCES" });
    const error = await withBuiltin(
      promises,
      "access",
      () => Promise.reject(denied),
      () => openOutput(path("y.npy")).catch((thrown) => thrown),
    );
    expect(error).toBeInstanceOf(FileError);
    const reason = "permission denied: a file that may not be written to is not replaced";
    expect([error.message, error.cause]).toEqual([`${path("y.npy")}: ${reason}`, denied]);
    expect(names()).toEqual(["y.npy"]);
  });
});

describe.runIf(process.platform !== "win32")("beside files", () => {
  it.each(process.platform === "linux" ? ["/dev/fd/%i", "/proc/self/fd/%i"] : ["/dev/fd/%i"])(
    "%s: what is open already is written to where it stands",
    async (form) => {
      writeFileSync(path("open"), "");
      const fd = openSync(path("open"), "w");
      fs.writeSync(fd, "before ");
      const output = await openOutput(form.replace("%i", `${fd}`));
      await output.write(bytes("after"));
      await output.commit();
      // It is still open.
      fs.writeSync(fd, ", and more");
      fs.closeSync(fd);
      expect(readFileSync(path("open"), "utf8")).toBe("before after, and more");
      expect(names()).toEqual(["open"]);
    },
  );

  it("what has a name as those, in another folder, is a file", async () => {
    mkdirSync(path("dev/fd"), { recursive: true });
    const output = await openOutput(path("dev/fd/1"));
    await output.write(bytes("abc"));
    await output.commit();
    expect(readFileSync(path("dev/fd/1"), "utf8")).toBe("abc");
    await expect(openOutput("/dev/fd/1x")).rejects.toThrow("/dev/fd/1x: ");
  });

  it.runIf(process.platform === "linux")("devices are written to directly", async () => {
    const open = (): number => readdirSync("/proc/self/fd").length;
    const before = open();
    const output = await openOutput("/dev/null");
    await output.write(bytes("abc"));
    expect(open()).toBe(before + 1);
    await output.commit();
    expect([open(), output.offset]).toEqual([before, 3]);
    const full = await openOutput("/dev/full");
    await expect(full.write(bytes("abc"))).rejects.toThrow("/dev/full: no space left on device (byte 0)");
    await full.commit();
  });

  it("a named pipe is written to once it is read, to its end", async () => {
    expect(spawnSync("mkfifo", [path("fifo")]).status).toBe(0);
    const opening = openOutput(path("fifo"));
    let isOpen = false;
    opening.then(() => {
      isOpen = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(isOpen).toBe(false);
    const reader = spawn("cat", [path("fifo")], { stdio: ["ignore", "pipe", "inherit"] });
    let found = "";
    reader.stdout.on("data", (chunk) => {
      found += chunk;
    });
    const ended = new Promise((resolve) => reader.on("close", resolve));
    const output = await opening;
    await output.write(bytes("abc"));
    await output.write(bytes("def"));
    await output.commit();
    await ended;
    expect([found, output.offset]).toEqual(["abcdef", 6]);
  });

  it("a named pipe that cannot be opened for another reason than that nobody reads it is an error", async () => {
    expect(spawnSync("mkfifo", [path("fifo")]).status).toBe(0);
    const full = Object.assign(new Error("EMFILE: too many open files, open"), { code: "EMFILE" });
    const refuse = (): never => {
      throw full;
    };
    const error = await withBuiltin(fs, "openSync", refuse, () =>
      openOutput(path("fifo")).catch((thrown) => thrown),
    );
    expect(error.message).toBe(`${path("fifo")}: too many open files`);
  });

  it("a named pipe whose reader has gone is an error, and no other", async () => {
    expect(spawnSync("mkfifo", [path("fifo")]).status).toBe(0);
    const reader = openSync(path("fifo"), fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const output = await openOutput(path("fifo"));
    fs.closeSync(reader);
    const error = await output.write(bytes("abc")).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toBe(`${path("fifo")}: write EPIPE (byte 0)`);
  });
});

it("standard output that is a terminal is an error of the command line", async () => {
  const error = await onTerminal(process.stdout, () => openOutput("-").catch((thrown) => thrown));
  expect(error).toBeInstanceOf(UsageError);
  expect(error.message).toBe('standard output is a terminal, expected a file or a pipe for "-"');
});
