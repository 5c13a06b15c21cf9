/** @edge-runtime/vm, the local host of Vercel's edge functions: a vm context that may not compile WebAssembly. */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { EdgeVM } from "@edge-runtime/vm";
import { build } from "esbuild";
import { failedExamples } from "../examples.js";
import type { Runtime } from "../row.js";
import { EXACT_TIERS, installed, NO_WORKERS, type Printed, REFUSED, rowsOf, type Way } from "../ways.js";

const PROGRAMS = fileURLToPath(new URL(".", import.meta.url));

/** A program as one script, and the modules that it expects as globals. */
interface Bundled {
  readonly code: string;
  readonly modules: ReadonlyMap<string, WebAssembly.Module>;
}

/** As Next.js does: an imported .wasm file is a global of the context, compiled outside it. */
async function bundle(path: string): Promise<Bundled> {
  const modules = new Map<string, WebAssembly.Module>();
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "program",
    target: "es2022",
    conditions: ["edge-light", "worker", "browser"],
    plugins: [
      {
        name: "compiled-beforehand",
        setup({ onResolve, onLoad, resolve }) {
          onResolve({ filter: /\.wasm\?module$/ }, ({ path, ...from }) =>
            resolve(path.replace(/\?module$/, ""), from),
          );
          onLoad({ filter: /\.wasm$/ }, ({ path }) => {
            const name = `wasm_${basename(path, ".wasm")}`;
            modules.set(name, new WebAssembly.Module(readFileSync(path)));
            return { contents: `export default globalThis.${name};` };
          });
        },
      },
    ],
  });
  return { code: outputFiles[0]!.text, modules };
}

/** A context in which the program has run. */
function contextOf({ code, modules }: Bundled): EdgeVM {
  const vm = new EdgeVM({
    codeGeneration: { strings: false, wasm: false },
    extend: (context) => Object.assign(context, Object.fromEntries(modules)),
  });
  vm.evaluate(code);
  return vm;
}

export const edgeRuntime: Runtime = {
  name: "edge-runtime",
  async rows({ project }) {
    const run = (program: string) => async () => {
      copyFileSync(join(PROGRAMS, program), join(project, program));
      const vm = contextOf(await bundle(join(project, program)));
      // Through JSON, as from other hosts: nothing of the context's realm remains.
      return JSON.parse(JSON.stringify(await vm.evaluate("found"))) as Printed;
    };
    const ways: Way[] = [
      {
        way: "module import",
        run: run("imported.mjs"),
        tiers: EXACT_TIERS,
        passedOver:
          /^Error: left out where every module is compiled beforehand, since this host may refuse it$/,
        pool: NO_WORKERS,
      },
      {
        way: "sau-simd/init",
        run: run("init.mjs"),
        tiers: ["simd128", "js"],
        passedOver: /^Error: the module that was given to init\(\) is for another tier$/,
      },
      {
        way: "sau-simd/inline",
        run: run("inline.mjs"),
        tiers: ["js"],
        passedOver: REFUSED,
      },
    ];
    const { version } = JSON.parse(readFileSync(installed("@edge-runtime/vm", "package.json"), "utf8"));
    const runtime = "@edge-runtime/vm";
    return [
      ...(await rowsOf({ runtime, version, engine: "V8" }, ways)),
      ...(await failedExamples(runtime, "edge-runtime", async (code, name) => {
        const path = join(project, `${name}.mjs`);
        writeFileSync(path, code);
        const vm = contextOf(await bundle(path));
        return vm.evaluate(`program.default(new Request("http://edge/")).then((answer) => answer.text())`);
      })),
    ];
  },
};
