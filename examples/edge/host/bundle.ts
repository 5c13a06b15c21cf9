/** The Worker as wrangler would upload it: one ES module, and beside it the pages and modules that it imports. */
import { basename, extname } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const ENTRY = fileURLToPath(new URL("../worker/index.ts", import.meta.url));

/** Marks a name that is being looked up from the package's folder. */
const FOUND = "from the package's folder";

/** How workerd takes a file, by its extension. */
const KINDS = { ".js": "ESModule", ".html": "Text", ".wasm": "CompiledWasm" } as const;

export interface WorkerModule {
  readonly type: (typeof KINDS)[keyof typeof KINDS];
  readonly path: string;
  readonly contents: Uint8Array<ArrayBuffer>;
}

/** Bundles the Worker; its first module is the one that runs. */
export async function bundle(): Promise<WorkerModule[]> {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    outdir: "out",
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".html": "copy", ".wasm": "copy" },
    assetNames: "[name]",
    minify: true,
    plugins: [
      {
        // This folder has a package.json of its own, so that the package's name means nothing here: it is
        // looked up from the package's folder, through its own exports. A project of yours has it installed.
        name: "this-package",
        setup({ onResolve, resolve }) {
          onResolve({ filter: /^sau-simd($|\/)/ }, ({ path, kind, pluginData }) =>
            pluginData === FOUND ? undefined : resolve(path, { kind, resolveDir: ROOT, pluginData: FOUND }),
          );
        },
      },
    ],
  });
  const modules = outputFiles.map(({ path, contents }) => ({
    type: KINDS[extname(path) as keyof typeof KINDS],
    // As it is imported.
    path: extname(path) === ".wasm" ? `${basename(path)}?module` : basename(path),
    contents: new Uint8Array(contents),
  }));
  return modules.sort((a, b) => Number(b.type === "ESModule") - Number(a.type === "ESModule"));
}

/** Bytes of all modules, each compressed. */
export function gzippedSize(modules: readonly WorkerModule[]): number {
  return modules.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
}
