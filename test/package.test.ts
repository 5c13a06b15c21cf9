/**
 * Promise: what is published is what is needed to use it, its types resolve everywhere, and it works as
 * an ES module and as a CommonJS module.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "../scripts/wasm/tiers.js";
import { createSauSync } from "../ts/index.js";
import { built, runModule, runNode } from "./support/process.js";
import { availableTiers } from "./support/tiers.js";

/** Paths that may be published, beside what package.json names. */
const PUBLISHED = /^(dist\/.+|package\.json|README\.md|LICENSE(-\w+)?|CHANGELOG\.md)$/;

interface Packed {
  filename: string;
  files: { path: string; size: number }[];
}

function npm(...args: string[]): string {
  return execFileSync("npm", args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** package.json's entry points. */
const ENTRIES = [".", "./threads", "./tfjs", "./tfjs/training", "./onnx"] as const;

interface Manifest {
  name: string;
  exports: Record<(typeof ENTRIES)[number], Record<"import" | "require", { types: string; default: string }>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;

/** A project that has the package installed, and nothing else. */
let project: string;
let tarball: string;

beforeAll(() => {
  built("index.js");
  project = mkdtempSync(join(tmpdir(), "package-test-"));
  const [packed] = JSON.parse(
    npm("pack", "--json", "--ignore-scripts", "--pack-destination", project),
  ) as Packed[];
  tarball = join(project, packed!.filename);
  const installed = join(project, "node_modules", manifest.name);
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
});

afterAll(() => {
  rmSync(project, { recursive: true, force: true });
});

it("holds dist, package.json, README, licences and CHANGELOG alone", () => {
  const [packed] = JSON.parse(npm("pack", "--dry-run", "--json", "--ignore-scripts")) as Packed[];
  const paths = packed!.files.map(({ path }) => path);
  expect(paths.filter((path) => !PUBLISHED.test(path))).toEqual([]);
  for (const { types, default: code } of ENTRIES.flatMap((entry) => Object.values(manifest.exports[entry]))) {
    expect(paths).toContain(types.slice("./".length));
    expect(paths).toContain(code.slice("./".length));
  }
  for (const needed of ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"])
    expect(paths).toContain(needed);
});

it("publint finds nothing to say", async () => {
  const { publint } = await import("publint");
  const { formatMessage } = await import("publint/utils");
  const { messages } = await publint({ pkgDir: ROOT, strict: true, pack: "npm" });
  const pkg = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
});

it("@arethetypeswrong/cli finds nothing wrong with the types", () => {
  const cli = createRequire(import.meta.url).resolve("@arethetypeswrong/cli/package.json");
  const bin = join(dirname(cli), "dist", "index.js");
  // Its exit code says no more than its report.
  const { stdout } = spawnSync(process.execPath, [bin, tarball, "--format", "json"], { encoding: "utf8" });
  const report = JSON.parse(stdout) as {
    analysis: { types: unknown; problems: unknown[] };
  };
  expect(report.analysis.types).toMatchObject({ kind: "included" });
  expect(report.analysis.problems).toEqual([]);
});

describe("in a project of its own", () => {
  const use = `
    const x = Float32Array.of(-2, -0.5, 0, 0.5, 2);
    const { createSauSync, createSau, forward, backward, TierUnavailableError, DisposedError } = sau;
    createSau().then((made) => {
      const { dx, dAlpha } = backward(x, x, { alpha: 0.25 });
      made.dispose();
      let name;
      try { made.alloc(1); } catch (error) { name = error instanceof DisposedError && error.name; }
      console.log(JSON.stringify({
        y: [...forward(x, { alpha: 0.25, beta: 2 })],
        dx: [...dx],
        dAlpha,
        tier: made.tier,
        isClass: new TierUnavailableError("js", "why") instanceof Error,
        name,
      }));
    });`;

  /** What both builds must print, from the sources. */
  function expected(): object {
    const x = Float32Array.of(-2, -0.5, 0, 0.5, 2);
    const sau = createSauSync();
    const { dx, dAlpha } = sau.backward(x, x, { alpha: 0.25 });
    return {
      y: [...sau.forward(x, { alpha: 0.25, beta: 2 })],
      dx: [...dx],
      dAlpha,
      tier: availableTiers()[0],
      isClass: true,
      name: "DisposedError",
    };
  }

  it("import works", () => {
    expect(runModule(`import * as sau from "${manifest.name}";${use}`, [], project)).toEqual(expected());
  });

  it("require works", () => {
    const printed = runNode(
      ["--input-type=commonjs", "--eval", `const sau = require("${manifest.name}");${use}`],
      project,
    );
    expect(JSON.parse(printed)).toEqual(expected());
  });

  it("pools work, imported and required", () => {
    const usePool = `
      createSauPool({ threads: 2 }).then(async (pool) => {
        const { length } = await pool.forward(new Float32Array(1e6).fill(0.5));
        console.log(JSON.stringify([pool.threads, length]));
      });`;
    const entry = `${manifest.name}/threads`;
    expect(runModule(`import { createSauPool } from "${entry}";${usePool}`, [], project)).toEqual([2, 1e6]);
    const required = `const { createSauPool } = require("${entry}");${usePool}`;
    expect(JSON.parse(runNode(["--input-type=commonjs", "--eval", required], project))).toEqual([2, 1e6]);
  });

  it("package.json can be imported, and nothing else", () => {
    const source = `import { createRequire } from "node:module";
      const require = createRequire(import.meta.url);
      const found = [${JSON.stringify(manifest.name)} + "/package.json", ${JSON.stringify(manifest.name)} + "/dist/index.js"].map((name) => {
        try { require.resolve(name); return true; } catch (error) { return error.code; }
      });
      console.log(JSON.stringify(found));`;
    expect(runModule(source, [], project)).toEqual([true, "ERR_PACKAGE_PATH_NOT_EXPORTED"]);
  });
});
