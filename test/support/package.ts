/** The package as npm packs it, installed in a project of its own. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { ROOT } from "../../scripts/wasm/tiers.js";
import { built } from "./process.js";

/** Entries of code, and the conditions by which each is found: the first that a host has. */
export const CODE = {
  ".": ["unwasm", "wintercg", "workerd", "edge-light", "import", "require"],
  "./js": ["import", "require"],
  "./inline": ["import", "require"],
  "./init": ["import", "require"],
  "./threads": ["unwasm", "wintercg", "workerd", "edge-light", "import", "require"],
  "./tfjs": ["import", "require"],
  "./tfjs/training": ["import", "require"],
  "./onnx": ["import", "require"],
} as const;

/** Entries that are modules, and their tiers. */
export const MODULES = {
  "./relaxed.wasm": "relaxed-simd",
  "./simd.wasm": "simd128",
  "./scalar.wasm": "scalar",
} as const;

/** The files of an entry under one condition. */
export interface Target {
  readonly types: string;
  readonly default: string;
}

export const manifest = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly name: string;
  readonly scripts: Record<string, string>;
  readonly sideEffects: unknown;
  readonly publishConfig: unknown;
  readonly peerDependencies: Record<string, string>;
  readonly peerDependenciesMeta: Record<string, unknown>;
  readonly exports: Record<keyof typeof CODE | keyof typeof MODULES, Record<string, Target>>;
};

/** What `npm pack --json` says of a package. */
export interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

/** Packs the package, as it is built. */
export function pack(...options: string[]): Packed {
  const args = ["pack", "--json", "--ignore-scripts", ...options];
  const output = execFileSync("npm", args, {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [packed] = JSON.parse(output) as Packed[];
  return packed!;
}

/** A project that has the package installed, and nothing else. */
export interface Project {
  readonly folder: string;
  readonly tarball: string;
}

/** Such a project, while a file's tests run. */
export function installed(): () => Project {
  let project: Project;
  beforeAll(() => {
    built("index.js");
    const folder = mkdtempSync(join(tmpdir(), "package-test-"));
    const tarball = join(folder, pack("--pack-destination", folder).filename);
    const target = join(folder, "node_modules", manifest.name);
    mkdirSync(target, { recursive: true });
    execFileSync("tar", ["-xzf", tarball, "-C", target, "--strip-components=1"]);
    project = { folder, tarball };
  });
  afterAll(() => {
    rmSync(project.folder, { recursive: true, force: true });
  });
  return () => project;
}
