/**
 * `import source from "./worker.js?source"`: the program of a worker, bundled into a string, so that whoever
 * bundles this package has no file to find.
 */
import { dirname, resolve } from "node:path";
import { build, type Plugin } from "esbuild";

/** The end of an import's specifier that asks for a string. */
export const SOURCE = "?source";

/** The TypeScript file that a specifier from `importer` names. */
export function sourceFile(specifier: string, importer: string): string {
  return resolve(dirname(importer), specifier.slice(0, -SOURCE.length).replace(/\.js$/, ".ts"));
}

/** A program as one script for Node, from its first module. */
export async function bundle(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "es2022",
    minify: true,
  });
  return outputFiles[0]!.text;
}

/** For esbuild. */
export const workerSourcePlugin: Plugin = {
  name: "worker-source",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\?source$/ }, ({ path, importer }) => ({
      path: sourceFile(path, importer),
      namespace: SOURCE,
    }));
    onLoad({ filter: /.*/, namespace: SOURCE }, async ({ path }) => ({
      contents: await bundle(path),
      loader: "text",
    }));
  },
};
