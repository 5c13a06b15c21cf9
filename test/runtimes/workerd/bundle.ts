/** A Worker as wrangler would upload it: one ES module, and beside it the WebAssembly modules that it imports. */
import { basename } from "node:path";
import { build } from "esbuild";

/** Files by name; the first is the Worker. */
export type WorkerFiles = readonly { readonly name: string; readonly contents: Uint8Array<ArrayBuffer> }[];

/** Bundles the program at `path`, without a configuration of this package's. */
export async function bundleWorker(path: string): Promise<WorkerFiles> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    outdir: "out",
    format: "esm",
    target: "es2022",
    conditions: ["workerd", "worker", "browser"],
    loader: { ".wasm": "copy" },
    assetNames: "[name]",
    plugins: [
      {
        // wrangler takes a name that ends in .wasm?module for the file.
        name: "wasm-modules",
        setup({ onResolve, resolve }) {
          onResolve({ filter: /\.wasm\?module$/ }, ({ path, ...from }) =>
            resolve(path.replace(/\?module$/, ""), from),
          );
        },
      },
    ],
  });
  return outputFiles
    .map(({ path, contents }) => ({ name: basename(path), contents: new Uint8Array(contents) }))
    .sort((a, b) => Number(a.name.endsWith(".wasm")) - Number(b.name.endsWith(".wasm")));
}
