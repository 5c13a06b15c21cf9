/** Promise: what goes wrong is one line that says what and where, an exit code, and no file that was not there. */
import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/wasm/tiers.js";
import {
  commandLine,
  dtype,
  header,
  runCommand,
  startCommand,
  temporaryFolder,
  writeArray,
} from "../support/command.js";

const FIXTURES = join(ROOT, "test", "cli", "fixtures");
const folder = temporaryFolder();
const path = (name: string): string => join(folder, name);

writeArray(path("x.npy"), new Float32Array(12).fill(1), [3, 4]);
writeArray(path("flat.npy"), new Float32Array(12), [12]);
writeArray(path("fortran.npy"), new Float32Array(12), [3, 4], { fortranOrder: true });
writeArray(path("big.npy"), new Float32Array(3_000_000));
writeArray(path("nan.npy"), Float32Array.of(1, 2, 3, Number.NaN));
writeDoubles("large.npy", 1e300, 1);
writeDoubles("small.npy", 1, 1e-300);
writeArray(path("number.npy"), Float32Array.of(-2), []);
writeFileSync(path("truncated.npy"), readFileSync(path("x.npy")).subarray(0, -3));
writeFileSync(path("long.npy"), Buffer.concat([readFileSync(path("x.npy")), Buffer.from("more")]));
writeFileSync(path("magic.npy"), "not an array at all");
writeFileSync(path("claims.npy"), header([2 ** 50]));
mkdirSync(path("folder.npy"));
writeFileSync(path("old.npy"), "old");
const before = readdirSync(folder).sort();

/** Writes a file of float64. */
function writeDoubles(name: string, ...values: number[]): void {
  const data = new Uint8Array(Float64Array.from(values).buffer);
  writeFileSync(path(name), Buffer.concat([header([values.length], { dtype: dtype("<f8") }), data]));
}

/** Runs the command, which must fail with one line, and leave everything as it was. */
function failure(args: readonly string[], options = {}): { status: number | null; line: string } {
  const { status, stdout, stderr } = runCommand(args, options);
  // A test may have made it unreadable, for this process too where it is not root's.
  chmodSync(path("old.npy"), 0o644);
  expect(stdout.toString()).toBe("");
  expect(stderr).toMatch(/^sau-simd: [^\n]+\n$/);
  expect(readdirSync(folder).sort()).toEqual(before);
  expect(readFileSync(path("old.npy"), "utf8")).toBe("old");
  return { status, line: stderr.trimEnd() };
}

describe("a file that cannot be used", () => {
  const x = path("x.npy");
  const old = path("old.npy");
  const object = join(FIXTURES, "object.npy");
  it.each([
    ["is missing", [path("none.npy"), old], `${path("none.npy")}: no such file or directory`],
    ["is a folder", [path("folder.npy"), old], `${path("folder.npy")}: is a directory, expected a .npy file`],
    [
      "has a wrong magic",
      [path("magic.npy"), old],
      `${path("magic.npy")}: it does not begin as a .npy file does, expected the bytes 93 4e 55 4d 50 59 (byte 0)`,
    ],
    [
      "is truncated",
      [path("truncated.npy"), old],
      `${path("truncated.npy")}: the file ends too early: its header promises 48 bytes of data up to byte 176 (byte 173)`,
    ],
    [
      "goes on",
      [path("long.npy"), old],
      `${path("long.npy")}: the file goes on after its data, expected one array alone (byte 176)`,
    ],
    [
      "promises 2^52 bytes",
      [path("claims.npy"), old],
      `${path("claims.npy")}: the file ends too early: its header promises 4503599627370496 bytes of data up to byte 4503599627370624 (byte 128)`,
    ],
    [
      "has objects",
      [object, old],
      `${object}: its dtype is object (pickled Python objects, never loaded), expected '<f2', '<f4', '<f8', '>f2', '>f4', '>f8' (byte 20)`,
    ],
    [
      "is a folder, as standard input",
      ["-", old],
      "standard input: is a directory, expected a .npy file",
      { stdio: [openSync(folder, "r"), "pipe", "pipe"] },
    ],
    [
      "is a folder to be written to",
      [x, path("folder.npy")],
      `${path("folder.npy")}: is a directory, expected the name of a file`,
    ],
    ["is in no folder", [x, path("none/y.npy")], `${path("none/y.npy")}: no such file or directory`],
  ] as [string, string[], string, SpawnSyncOptions?][])("%s", (_, files, line, options) => {
    expect(failure(["forward", ...files], options)).toEqual({ status: 1, line: `sau-simd: ${line}` });
  });

  it.each([
    ["another shape", "flat.npy", /flat\.npy: its shape is \(12,\), expected \(3, 4\) as of .*x\.npy$/],
    [
      "another order",
      "fortran.npy",
      /fortran\.npy: it is in Fortran order, expected C order.*ascontiguousarray/,
    ],
  ])("backward's second has %s", (_, second, line) => {
    const found = failure(["backward", x, path(second), "--dx", old]);
    expect(found.status).toBe(1);
    expect(found.line).toMatch(line);
  });

  it.runIf(process.platform !== "win32" && process.getuid?.() !== 0)("may not be read", () => {
    chmodSync(x, 0);
    const { line } = failure(["forward", x, old]);
    chmodSync(x, 0o644);
    expect(line).toBe(`sau-simd: ${x}: permission denied`);
  });

  // Root may write to everything.
  const somebody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const isSomebody = process.platform !== "win32" && runCommand(["--version"], somebody).status === 0;

  it.runIf(isSomebody).each([
    ["may not be written to", 0o444],
    ["may not be read or written to", 0],
  ])("%s: it is not replaced, though its folder allows that", (_, mode) => {
    chmodSync(folder, 0o777);
    chmodSync(old, mode);
    const { status, line } = failure(["forward", x, old], somebody);
    const why = "permission denied: a file that may not be written to is not replaced";
    expect({ status, line }).toEqual({ status: 1, line: `sau-simd: ${old}: ${why}` });
  });

  it.runIf(existsSync("/dev/full"))("is on a full disk", () => {
    const { status, line } = failure(["forward", path("big.npy"), "/dev/full"]);
    expect({ status, line }).toEqual({
      status: 1,
      line: "sau-simd: /dev/full: no space left on device (byte 0)",
    });
  });

  it.runIf(existsSync("/dev/full"))("is standard output, on a full disk", () => {
    const full = openSync("/dev/full", "w");
    const line = "sau-simd: standard output: no space left on device";
    for (const args of [
      ["forward", path("big.npy"), "-"],
      ["backward", x, x],
      ["backward", x, x, "--json"],
      ["info"],
      ["info", "--json"],
      ["forward", "--help"],
      ["--version"],
    ]) {
      const { status, stderr } = runCommand(args, { stdio: ["ignore", full, "pipe"] });
      expect({ args, status, stderr }).toEqual({ args, status: 1, stderr: `${line}\n` });
    }
    closeSync(full);
  });

  it.runIf(existsSync("/dev/full"))("is standard error, on a full disk: the status tells it", () => {
    const full = openSync("/dev/full", "w");
    const { status } = spawnSync(process.execPath, commandLine("forward", path("none.npy"), old), {
      stdio: ["ignore", "pipe", full],
    });
    expect(status).toBe(1);
    closeSync(full);
  });

  it.runIf(process.platform !== "win32")(
    "grows beyond what is allowed: at the byte, and nothing is left",
    () => {
      const command = [process.execPath, ...commandLine("forward", path("big.npy"), old)];
      const limited = `ulimit -f 1000; exec ${command.map((word) => `'${word}'`).join(" ")}`;
      const { status, stderr } = spawnSync("bash", ["-c", limited], { encoding: "utf8" });
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: `sau-simd: ${old}: file too large (byte 1024000)\n`,
      });
      expect(readdirSync(folder).sort()).toEqual(before);
      expect(readFileSync(old, "utf8")).toBe("old");
    },
  );
});

describe("a pipe", () => {
  it("that ends early", () => {
    const { status, line } = failure(["forward", "-", path("old.npy")], {
      input: readFileSync(path("big.npy")).subarray(0, 5_000_000),
    });
    expect(status).toBe(1);
    expect(line).toMatch(/^sau-simd: standard input: the file ends too early: .* \(byte 5000000\)$/);
  });

  it("that goes on", () => {
    const { line } = failure(["forward", "-", path("old.npy")], { input: readFileSync(path("long.npy")) });
    expect(line).toMatch(/^sau-simd: standard input: the file goes on after its data.* \(byte 176\)$/);
  });

  it("that nobody reads: fails without a word", async () => {
    const child = startCommand(["forward", path("big.npy"), "-"]);
    child.stdout.once("data", () => child.stdout.destroy());
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += chunk));
    const status = await new Promise((resolve) => child.on("close", resolve));
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  });
});

it("goes on where nobody reads what it says", async () => {
  const args = ["forward", path("large.npy"), join(temporaryFolder(), "y.npy")];
  expect(runCommand(args)).toMatchObject({ status: 0, stderr: expect.stringMatching(/became infinite/) });
  const child = startCommand(args);
  child.stderr.destroy();
  const status = await new Promise((resolve) => child.on("close", resolve));
  expect(status).toBe(0);
});

describe("a command line that cannot be used", () => {
  const [x, old] = [path("x.npy"), path("old.npy")];
  it.each([
    [[], /a command is missing, expected forward, backward, onnx, info or bench/],
    [["sideways"], /no command "sideways"/],
    [["constructor"], /no command "constructor"/],
    [["forward", x], /OUT\.npy is missing/],
    [["backward"], /IN\.npy is missing/],
    [["forward", x, ""], /OUT\.npy is an empty name/],
    [["backward", x, x, "--dx", ""], /--dx is an empty name/],
    [["forward", x, old, "third"], /"third" is one argument too many/],
    [["backward", "-", "-"], /both "-"/],
    [["forward", x, old, "--gamma", "1"], /--gamma.*forward --help/],
    [["info", "--threads", "1"], /--threads.*info --help/],
    [["forward", x, old, "--alpha"], /--alpha.*missing/],
    [["forward", x, old, "--alpha", "steep"], /--alpha is "steep", expected a number/],
    [["forward", x, old, "--alpha", "0x10"], /--alpha is "0x10"/],
    [["forward", x, old, "--alpha", "1,,2"], /--alpha is "1,,2"/],
    [["forward", x, old, "--beta", "-1"], /beta is -1, expected .* above 0/],
    [["forward", x, old, "--beta", "1e-39"], /beta is too small/],
    [["forward", x, old, "--threads", "0"], /--threads is "0", expected .* 1 to 256/],
    [["forward", x, old, "--threads", "two"], /--threads is "two"/],
    [["forward", x, old, "--alpha", "1,2,3"], /--channel-axis is missing.*\(3, 4\)/],
    [["forward", x, old, "--channel-axis", "2"], /--channel-axis is 2, expected -2 to 1/],
    [["forward", x, old, "--channel-axis", "-3"], /--channel-axis is -3, expected -2 to 1/],
    [["forward", x, old, "--channel-axis", "1.5"], /--channel-axis is "1\.5"/],
    [
      ["forward", x, old, "--alpha", "1,2,3", "--channel-axis", "1"],
      /alpha has 3 values, expected one for each of the 4 channels of --channel-axis 1$/,
    ],
    [
      ["forward", x, old, "--alpha", "1,2,1e39,4", "--channel-axis", "-1"],
      /alpha\[2\] is 1e\+39, expected a number that is finite in float32$/,
    ],
  ])("%j", (args, line) => {
    const found = failure(args);
    expect(found.status).toBe(2);
    expect(found.line).toMatch(line);
  });
});

describe("parameters in a file that", () => {
  const [x, old] = [path("x.npy"), path("old.npy")];
  it.each([
    [
      "has two dimensions",
      "--alpha",
      "x.npy",
      "its shape is (3, 4), expected one dimension of at most 2097152 values",
    ],
    [
      "has NaN",
      "--alpha",
      "nan.npy",
      "alpha[3] is NaN, expected a number that is finite in float32 (byte 140)",
    ],
    [
      "has more than float32 does",
      "--alpha",
      "large.npy",
      "alpha[0] is 1e+300, expected a number that is finite in float32 (byte 128)",
    ],
    [
      "has less than float32 does",
      "--beta",
      "small.npy",
      "beta[1] is 1e-300, expected a number that is finite and above 0 in float32 (byte 136)",
    ],
    [
      "is one number",
      "--beta",
      "number.npy",
      "beta[0] is -2, expected a number that is finite and above 0 in float32 (byte 128)",
    ],
    [
      "has too few",
      "--alpha",
      "flat.npy",
      "alpha has 12 values, expected one for each of the 4 channels of --channel-axis 1",
    ],
  ])("%s", (_, option, name, line) => {
    const found = failure(["forward", x, old, option, path(name), "--channel-axis", "1"]);
    expect(found).toEqual({ status: 1, line: `sau-simd: ${path(name)}: ${line}` });
  });
});

it("shows where an error arose under SAU_SIMD_DEBUG", () => {
  const { status, stderr } = runCommand(["forward", path("none.npy"), path("old.npy")], {
    env: { ...process.env, SAU_SIMD_DEBUG: "1" },
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/no such file or directory\n +at /);
});

it("computes on one thread where there can be no more, and says so", () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--jitless", ...commandLine("forward", path("x.npy"), "/dev/null", "--threads", "2")],
    { encoding: "utf8" },
  );
  expect(status).toBe(0);
  expect(stderr).toMatch(/^sau-simd: 1 thread, the calling one: .*no WebAssembly/m);
});
