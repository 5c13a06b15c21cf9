/**
 * Promise: what the repository installs is fixed to the byte, comes from one registry each, and runs nothing while it
 * is installed; what is bundled may be given to anybody under MIT or Apache-2.0.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { trackedFiles } from "../scripts/tracked-files.js";
import { ROOT } from "../scripts/wasm/tiers.js";
import { temporaryFolder } from "./support/command.js";
import { built } from "./support/process.js";

/** A package of a lock file. */
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
}

/** Licences that ask for no more than to go along with what they are of, which dist/*.licences.txt does. */
const PERMISSIVE = ["MIT", "Apache-2.0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "0BSD"];

function read(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

describe.each(trackedFiles("*package-lock.json"))("%s", (lockFile) => {
  const { lockfileVersion, packages } = JSON.parse(read(lockFile)) as {
    lockfileVersion: number;
    packages: Record<string, Locked>;
  };
  const locked = Object.entries(packages).filter(([path]) => path !== "");

  it("names every package's version and hash", () => {
    expect(lockfileVersion).toBe(3);
    expect(locked.length).toBeGreaterThan(0);
    const without = locked.filter(
      ([, { version, integrity }]) => version === undefined || !integrity?.startsWith("sha512-"),
    );
    expect(without).toEqual([]);
  });

  it("names no place: the hash says what a package is, and the client's own registry where it is", () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it("is installed without running a script of a package", () => {
    // As on a machine that has no setting of its own.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith("npm_")),
    );
    const args = ["config", "get", "ignore-scripts", "--prefix", dirname(lockFile), "--userconfig", "none"];
    expect(execFileSync("npm", args, { cwd: ROOT, env, encoding: "utf8" }).trim()).toBe("true");
  });
});

it("Cargo.lock names every crate's hash and no place but crates.io", () => {
  const crates = read("Cargo.lock")
    .split("[[package]]\n")
    .slice(1)
    .map((text) =>
      Object.fromEntries([...text.matchAll(/^(\w+) = "(.*)"$/gm)].map(([, key, value]) => [key, value])),
    );
  expect(crates.length).toBeGreaterThan(10);
  for (const { name, source, checksum } of crates) {
    if (name === "sau-simd") continue;
    expect(source, name).toMatch(/^registry\+https:\/\/[^/]+\/rust-lang\/crates\.io-index$/);
    expect(checksum, name).toMatch(/^[0-9a-f]{64}$/);
  }
});

it.each(["scripts/requirements.txt", "test/frameworks/onnx/requirements.txt"])(
  "%s fixes versions",
  (file) => {
    const lines = read(file).trim().split("\n");
    expect(lines.filter((line) => !/^[\w-]+==\d+(\.\d+)*$/.test(line))).toEqual([]);
  },
);

describe("what is bundled", () => {
  it.each(["onnx", "cli"])("of %s may be passed on", (entry) => {
    const text = readFileSync(built(`${entry}.licences.txt`), "utf8");
    const named = [...text.matchAll(/^(@?[\w./-]+) \d+\.\d+\.\d+ \((.+)\)$/gm)];
    expect(named.length).toBeGreaterThan(0);
    for (const [, name, licence] of named) {
      const needed = licence!.replaceAll(/[()]/g, "").split(" AND ");
      for (const one of needed) expect(PERMISSIVE, `${name}: ${licence}`).toContain(one);
    }
  });

  it("comes from the two places that may: models of ONNX, and the command's progress", () => {
    const files = trackedFiles("ts/*.ts");
    const found = files.flatMap((file) =>
      [...read(file).matchAll(/^(?:import|export) (?:[^;"=(]*? from )?"([^"]+)";$/gm)]
        .map(([, specifier]) => specifier!)
        .filter((specifier) => !/^(\.|node:)/.test(specifier))
        .map((specifier) => `${file}: ${specifier}`),
    );
    expect(found).toEqual([
      "ts/cli/progress.ts: cli-progress",
      "ts/onnx/encode.ts: @bufbuild/protobuf/wire",
      "ts/onnx/message.ts: @bufbuild/protobuf/wire",
    ]);
  });
});

describe.skipIf(process.platform === "win32")("npm run audit:signatures", () => {
  const folder = temporaryFolder();

  /** Runs it with an npm that answers so. */
  function audit(answer: string): { status: number | null; stdout: string } {
    writeFileSync(join(folder, "answer"), answer);
    const npm = join(folder, "npm");
    writeFileSync(npm, `#!/bin/sh\ncat '${join(folder, "answer")}'\n`);
    chmodSync(npm, 0o755);
    const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}` };
    const args = ["--import", "tsx", join("scripts", "audit-signatures.ts")];
    return spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: "utf8" });
  }

  it.each([
    [
      "a wrong signature fails",
      '{"invalid":[{"name":"a","version":"1.0.0"}],"missing":[]}',
      1,
      "a@1.0.0 has a wrong",
    ],
    [
      "a missing signature fails",
      '{"invalid":[],"missing":[{"name":"b","version":"2.0.0"}]}',
      1,
      "b@2.0.0 has no",
    ],
    ["all right", '{"invalid":[],"missing":[]}', 0, "package-lock.json: all signatures are right"],
    [
      "keys that cannot be had are said",
      '{"error":{"summary":"no such host"}}',
      0,
      "not audited: no such host",
    ],
    ["no answer is said", "", 0, "not audited: npm gave no answer"],
  ])("%s", (_, answer, status, line) => {
    const found = audit(answer);
    expect(found.stdout).toContain(line);
    expect(found.status).toBe(status);
  });
});
