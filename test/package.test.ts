/** Promise: what is published is what is needed to use it, and its types resolve everywhere. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { describeModule, readProvenance } from "../scripts/wasm/provenance.js";
import { ROOT } from "../scripts/wasm/tiers.js";
import { CODE, installed, MODULES, manifest, pack } from "./support/package.js";
import { runModule } from "./support/process.js";

/** Paths that may be published, beside what package.json names. */
const PUBLISHED = /^(dist\/.+|package\.json|README\.md|LICENSE(-\w+)?|CHANGELOG\.md)$/;

/** Scripts that npm runs by itself where a package is installed, packed or published. */
const LIFECYCLE = /^(pre|post)?(install|prepare|pack|publish|publishOnly|uninstall|version)$|^dependencies$/i;

const project = installed();

it("holds dist, package.json, README, licences and CHANGELOG alone", () => {
  const paths = pack("--dry-run").files.map(({ path }) => path);
  expect(paths.filter((path) => !PUBLISHED.test(path))).toEqual([]);
  for (const conditions of Object.values(manifest.exports).filter((value) => typeof value === "object")) {
    for (const { types, default: file } of Object.values(conditions)) {
      expect(paths).toContain(types.slice("./".length));
      expect(paths).toContain(file.slice("./".length));
    }
  }
  for (const needed of ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"])
    expect(paths).toContain(needed);
});

it("has its entries and conditions in their order, no dependency, and nothing that npm runs by itself", () => {
  const entries = [...Object.keys(CODE), ...Object.keys(MODULES), "./package.json"];
  expect(Object.keys(manifest.exports)).toEqual(entries);
  for (const [entry, conditions] of Object.entries(CODE)) {
    expect(Object.keys(manifest.exports[entry as keyof typeof CODE])).toEqual(conditions);
  }
  expect(manifest.sideEffects).toBe(false);
  for (const kind of ["dependencies", "optionalDependencies", "bundleDependencies", "bundledDependencies"])
    expect(manifest).not.toHaveProperty(kind);
  const { peerDependencies, peerDependenciesMeta } = manifest;
  for (const name of Object.keys(peerDependencies))
    expect(peerDependenciesMeta[name]).toEqual({ optional: true });
  expect(Object.keys(manifest.scripts).filter((name) => LIFECYCLE.test(name))).toEqual([]);
});

// A module's code is strict by itself, and the checks that freezing gives are silent in sloppy code.
it("runs as strict code from every CommonJS file", () => {
  const files = pack("--dry-run")
    .files.map(({ path }) => path)
    .filter((path) => path.endsWith(".cjs"));
  expect(files).toContain("dist/index.cjs");
  for (const file of files) {
    expect(readFileSync(join(ROOT, file), "utf8").replace(/^#!.*\n/, ""), file).toMatch(/^"use strict";/);
  }
});

it("says what its modules were made of and with, and how it was published", () => {
  const provenance = readProvenance(join(ROOT, "dist"))!;
  expect(provenance).toEqual(readProvenance());
  for (const [name, tier] of Object.entries(MODULES)) {
    expect(describeModule(readFileSync(join(ROOT, "dist", name)))).toEqual(provenance.modules[tier]);
  }
  expect(pack("--dry-run").files.map(({ path }) => path)).toContain("dist/provenance.json");
  expect(manifest.publishConfig).toEqual({ provenance: true });
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
  const { stdout } = spawnSync(process.execPath, [bin, project().tarball, "--format", "json"], {
    encoding: "utf8",
  });
  const report = JSON.parse(stdout) as {
    analysis: { types: unknown; problems: unknown[]; entrypoints: Record<string, unknown> };
  };
  expect(report.analysis.types).toMatchObject({ kind: "included" });
  expect(Object.keys(report.analysis.entrypoints)).toEqual(
    expect.arrayContaining([...Object.keys(CODE), ...Object.keys(MODULES)]),
  );
  expect(report.analysis.problems).toEqual([]);
});

it("package.json can be imported, and nothing that is no entry", () => {
  const source = `import { createRequire } from "node:module";
    const require = createRequire(import.meta.url);
    const found = ["package.json", "dist/index.js"].map((path) => {
      try { require.resolve("${manifest.name}/" + path); return true; } catch (error) { return error.code; }
    });
    console.log(JSON.stringify(found));`;
  expect(runModule(source, [], project().folder)).toEqual([true, "ERR_PACKAGE_PATH_NOT_EXPORTED"]);
});
