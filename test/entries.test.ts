/**
 * Promise: every entry has the same functions, as an ES module, as a CommonJS module and under the conditions of
 * every kind of host; each runs the tiers that it has; and what a page or an edge host loads imports nothing of Node.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { createSauSync } from "../ts/index.js";
import { TIERS } from "../ts/tier.js";
import { CODE, installed, MODULES, manifest } from "./support/package.js";
import { runModule, runNode } from "./support/process.js";
import { availableTiers } from "./support/tiers.js";

const project = installed();

/** Has Node 20 compile relaxed SIMD, as any host has to that is given all modules. */
const RELAXED_SIMD = process.version.startsWith("v20.") ? ["--experimental-wasm-relaxed-simd"] : [];

const X = [-2, -0.5, 0, 0.5, 2];

/** Prints what an entry, `sau`, exports and computes, and what becomes of each tier asked for by name. */
const ASK = `
  const x = Float32Array.from(${JSON.stringify(X)});
  const tiers = ${JSON.stringify(TIERS)}.map((tier) => {
    try { return sau.createSauSync({ tier }).tier; }
    catch (error) { return error instanceof sau.TierUnavailableError && String(error.cause); }
  });
  sau.createSau().then((made) => {
    const { dx, dAlpha } = sau.backward(x, x, { alpha: 0.25 });
    const y = sau.forward(x, { alpha: 0.25, beta: 2 });
    const own = made.forward(x, { alpha: 0.25, beta: 2 });
    made.dispose();
    let disposed;
    try { made.alloc(1); } catch (error) { disposed = error instanceof sau.DisposedError; }
    const names = Object.keys(sau).filter((name) => name !== "default").sort();
    console.log(JSON.stringify({ names, tiers, tier: made.tier, y: [...y], own: [...own], dx: [...dx], dAlpha, disposed }));
  });`;

const NAMES = ["DisposedError", "TierUnavailableError", "backward", "createSau", "createSauSync", "forward"];

/** What {@link ASK} prints of an entry that has the tiers for which `missing` is undefined. */
function expected(missing: (tier: (typeof TIERS)[number]) => string | undefined): object {
  const x = Float32Array.from(X);
  const tiers = TIERS.map((tier) => {
    const why = missing(tier);
    if (why !== undefined) return expect.stringContaining(why);
    return availableTiers().includes(tier) ? tier : expect.stringContaining("Error");
  });
  const sau = createSauSync({ tier: availableTiers().find((tier) => missing(tier) === undefined)! });
  const { dx, dAlpha } = sau.backward(x, x, { alpha: 0.25 });
  const y = [...sau.forward(x, { alpha: 0.25, beta: 2 })];
  return { names: NAMES, tiers, tier: sau.tier, y, own: y, dx: [...dx], dAlpha, disposed: true };
}

const everything = (): undefined => undefined;

/** What a program that is imported, and one that is required, print. */
function ran(entry: string, program: string): unknown[] {
  const name = `${manifest.name}${entry.slice(1)}`;
  const { folder } = project();
  return [
    runModule(`import * as sau from "${name}";${program}`, [], folder),
    JSON.parse(
      runNode(["--input-type=commonjs", "--eval", `const sau = require("${name}");${program}`], folder),
    ),
  ];
}

const POOL = `
  sau.createSauPool({ threads: 2 }).then(async (pool) => {
    const { length } = await pool.forward(new Float32Array(2e6).fill(0.5));
    console.log(JSON.stringify([pool.threads, pool.tier, length]));
    await pool.dispose();
  });`;

describe("imported and required", () => {
  it.each([".", "./inline"])("%s has every tier that this host runs", (entry) => {
    const all = expected(everything);
    expect(ran(entry, ASK)).toEqual([all, all]);
  });

  it("./js has plain JavaScript", () => {
    const js = expected((tier) => (tier === "js" ? undefined : "sau-simd/js"));
    expect(ran("./js", ASK)).toEqual([js, js]);
  });

  it("./init has plain JavaScript until a module is brought", () => {
    const js = expected((tier) => (tier === "js" ? undefined : "sau-simd/init has no module before init()"));
    const more = { ...js, names: [...NAMES, "init"] };
    expect(ran("./init", ASK)).toEqual([more, more]);
  });

  it("./threads has pools", () => {
    const pool = [2, availableTiers()[0], 2e6];
    expect(ran("./threads", POOL)).toEqual([pool, pool]);
  });

  it.each(Object.entries(MODULES))("%s is a module of %s", (entry, tier) => {
    const path = runModule(
      `import { createRequire } from "node:module";
      console.log(JSON.stringify(createRequire(import.meta.url).resolve("${manifest.name}${entry.slice(1)}")));`,
      [],
      project().folder,
    );
    const own = readFileSync(new URL(`../ts/wasm/${tier}.wasm`, import.meta.url));
    expect(own.equals(readFileSync(path as string))).toBe(true);
  });
});

/** Compiles what a bundle imports as a module, as hosts of that kind do. */
const COMPILED = "compiled";

interface Bundled {
  readonly code: string;
  /** Whether it has modules that the host compiles. */
  readonly isCompiled: boolean;
  /** What it imports of its host, beside modules. */
  readonly imports: readonly string[];
}

/** A bundle for a host with these conditions. */
async function bundleFor(conditions: readonly string[], program: string): Promise<Bundled> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: program, resolveDir: project().folder },
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "neutral",
    packages: "bundle",
    external: ["node:*"],
    conditions: [...conditions],
    plugins: [
      {
        name: COMPILED,
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => ({
            path: join(resolveDir, path.slice(0, -"?module".length)),
            namespace: COMPILED,
          }));
          onLoad({ filter: /.*/, namespace: COMPILED }, ({ path }) => ({
            contents: `const fs = process.getBuiltinModule("node:fs");
              export default new WebAssembly.Module(fs.readFileSync(${JSON.stringify(path)}));`,
          }));
        },
      },
    ],
  });
  return {
    code: outputFiles[0]!.text,
    isCompiled: Object.keys(metafile.inputs).some((file) => file.startsWith(COMPILED)),
    imports: Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)),
  };
}

/** What a bundle prints. */
function run({ code }: Bundled, flags: readonly string[]): unknown {
  const file = join(project().folder, "bundle.mjs");
  writeFileSync(file, code);
  return JSON.parse(runNode([...flags, file], project().folder));
}

/** Hosts, their conditions, and whether they compile modules beforehand: all, or those without relaxed SIMD. */
const HOSTS = [
  ["unwasm's", ["unwasm"], "without relaxed-simd"],
  ["Cloudflare's", ["workerd", "worker", "browser"], "all"],
  ["Vercel's edge", ["edge-light", "worker", "browser"], "without relaxed-simd"],
  ["other edge hosts'", ["wintercg", "worker"], undefined],
  ["a page's", ["browser", "module", "production"], undefined],
  ["Deno's", ["deno", "node"], undefined],
  ["React's server's", ["react-server", "node"], undefined],
] as const;

describe.each(HOSTS)("under %s conditions", (_, conditions, compiled) => {
  const flags = compiled === "all" ? RELAXED_SIMD : [];

  /** What the entry with inlined modules prints on such a host. */
  function inlined(entry: string, program: string): unknown {
    const source = `import * as sau from "${manifest.name}${entry}";${program}`;
    return runModule(source, flags, project().folder);
  }

  it("the first entry has the tiers that the host runs, and imports nothing of Node", async () => {
    const bundled = await bundleFor(conditions, `import * as sau from "${manifest.name}";${ASK}`);
    expect(bundled.imports).toEqual([]);
    expect(bundled.isCompiled).toBe(compiled !== undefined);
    const isWithout = compiled === "without relaxed-simd";
    expect(run(bundled, flags)).toEqual(
      isWithout
        ? expected((tier) => (tier === "relaxed-simd" ? "left out" : undefined))
        : inlined("/inline", ASK),
    );
  });

  it("pools work, and import nothing of Node", async () => {
    const bundled = await bundleFor(conditions, `import * as sau from "${manifest.name}/threads";${POOL}`);
    expect(bundled.imports).toEqual([]);
    expect(bundled.isCompiled).toBe(compiled !== undefined);
    const [threads, tier, length] = inlined("/threads", POOL) as [number, string, number];
    // A memory that threads share needs another module than the one that was compiled.
    expect(run(bundled, flags)).toEqual([
      compiled === undefined ? threads : 1,
      compiled === "without relaxed-simd" ? "simd128" : tier,
      length,
    ]);
  });
});

it.each(["./js", "./inline", "./init"] as const)("%s imports nothing of Node, nor modules", async (entry) => {
  for (const conditions of HOSTS.map(([, conditions]) => conditions)) {
    const program = `import * as sau from "${manifest.name}${entry.slice(1)}"; console.log(sau);`;
    const bundled = await bundleFor(conditions, program);
    expect(bundled.imports).toEqual([]);
    expect(bundled.isCompiled).toBe(false);
  }
});

it("the files of the conditions are those of the types beside them", () => {
  for (const entry of Object.keys(CODE) as (keyof typeof CODE)[]) {
    for (const [condition, { types }] of Object.entries(manifest.exports[entry])) {
      const { types: expectedTypes } =
        manifest.exports[entry][condition === "require" ? "require" : "import"]!;
      expect(types).toBe(expectedTypes);
    }
  }
});

it("an error of one CommonJS entry is an instance of another's class, and of no other", () => {
  const source = `
    const sau = require("${manifest.name}");
    const js = require("${manifest.name}/js").createSauSync();
    js.dispose();
    const thrown = (act) => { try { act(); } catch (error) { return error; } };
    const errors = [() => js.alloc(1), () => js.forward([]), () => require("${manifest.name}/js").createSauSync({ tier: "scalar" })].map(thrown);
    const classes = [sau.DisposedError, sau.TierUnavailableError, TypeError];
    console.log(JSON.stringify(errors.map((error) => classes.map((kind) => error instanceof kind))));`;
  expect(JSON.parse(runNode(["--input-type=commonjs", "--eval", source], project().folder))).toEqual([
    [true, false, false],
    [true, false, false],
    [false, true, false],
  ]);
});
