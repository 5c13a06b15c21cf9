/** Hermes, React Native's engine, from npm's package of its command. */
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformAsync } from "@babel/core";
import { build } from "esbuild";
import { failedExamples } from "../examples.js";
import type { Runtime } from "../row.js";
import { installed, NO_WEBASSEMBLY, NO_WORKERS, output, printed, rowsOf, type Way } from "../ways.js";

const PROGRAMS = fileURLToPath(new URL(".", import.meta.url));

/** A program as one script in the language that Hermes knows, made with React Native's own preset. */
async function bundle(path: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2022",
    conditions: ["react-native"],
  });
  const preset = [
    fileURLToPath(import.meta.resolve("@react-native/babel-preset")),
    {
      enableBabelRuntime: false,
      disableImportExportTransform: true,
      unstable_transformProfile: "hermes-stable",
    },
  ] as const;
  const transformed = await transformAsync(outputFiles[0]!.text, {
    babelrc: false,
    configFile: false,
    compact: true,
    sourceType: "script",
    presets: [preset],
  });
  return transformed!.code!;
}

export const hermes: Runtime = {
  name: "hermes",
  async rows({ project }) {
    const command = installed("hermes-engine-cli", "linux64-bin/hermes");
    /** The arguments that run the program at `path`. */
    const scriptOf = async (path: string): Promise<string[]> => {
      const script = path.replace(/mjs$/, "script.js");
      // React Native's console; the command has print.
      writeFileSync(script, `var console = { log: print };\n${await bundle(path)}`);
      return ["-O", "-w", script];
    };
    const run = (program: string) => async () => {
      copyFileSync(join(PROGRAMS, program), join(project, program));
      return printed(command, await scriptOf(join(project, program)), { cwd: project });
    };
    const ways: Way[] = [
      {
        way: "sau-simd/js",
        run: run("js.mjs"),
        tiers: ["js"],
        passedOver: /^Error: (this host has no WebAssembly|sau-simd\/js is plain JavaScript alone)$/,
      },
      { way: "sau-simd", run: run("index.mjs"), ...NO_WEBASSEMBLY, pool: NO_WORKERS },
    ];
    const version = /release version: (\S+)/.exec(await output(command, ["--version"]))![1]!;
    return [
      ...(await rowsOf({ runtime: "Hermes", version, engine: "Hermes" }, ways)),
      ...(await failedExamples("Hermes", "hermes", async (code, name) => {
        const path = join(project, `${name}.mjs`);
        writeFileSync(path, code);
        return output(command, await scriptOf(path));
      })),
    ];
  },
};
