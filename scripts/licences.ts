/** What is bundled that others wrote, with their licences, which ask to go along with it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "esbuild";

/** The folder of the package that a bundled file is of; undefined for a file of this one. */
function packageOf(file: string): string | undefined {
  if (!file.includes("node_modules/")) return undefined;
  let folder = dirname(file);
  while (!existsSync(join(folder, "package.json")) || !/node_modules\/(@[^/]+\/)?[^/]+$/.test(folder)) {
    folder = dirname(folder);
  }
  return folder;
}

interface Licence {
  readonly name: string;
  readonly text: string;
}

function licenceOf(folder: string): Licence {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  if (files.length === 0) throw new Error(`${name} has no licence file, which has to go along with it.`);
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
  return { name: `${name} ${version} (${license})`, text: texts.join("\n\n") };
}

/** Each text once, below the names of all packages that have it. */
function inWords(all: readonly Licence[]): string {
  const namesOf = new Map<string, string[]>();
  for (const { name, text } of all) namesOf.set(text, [...(namesOf.get(text) ?? []), name]);
  const parts = [...namesOf].map(([text, names]) => `${names.join("\n")}\n\n${text}\n`);
  return parts.join(`\n${"-".repeat(80)}\n\n`);
}

/** An esbuild plugin that writes the licences of all bundled packages to `target`. */
export function licences(target: string): Plugin {
  return {
    name: "licences",
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(({ metafile }) => {
        const used = Object.values(metafile?.outputs ?? {}).flatMap(({ inputs }) =>
          Object.keys(inputs).filter((file) => inputs[file]!.bytesInOutput > 0),
        );
        const folders = new Set(used.map(packageOf).filter((folder) => folder !== undefined));
        mkdirSync(dirname(target), { recursive: true }); // this build may be the first to write there
        writeFileSync(target, inWords([...folders].sort().map(licenceOf)));
      });
    },
  };
}
