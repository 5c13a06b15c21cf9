/** What is bundled that others wrote, with their licences, which ask to go along with it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
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

/** The licence of a package whose files `used` are bundled: its own file, or else what the files begin with. */
function licenceOf(folder: string, used: readonly string[]): Licence {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts =
    files.length > 0
      ? files.map((file) => readFileSync(join(folder, file), "utf8").trim())
      : [...new Set(used.map(headOf))].sort();
  if (!texts.some((text) => /licen[cs]e|redistribution/i.test(text))) {
    throw new Error(`${name} has no licence, in a file or in its files, which has to go along with it.`);
  }
  return { name: `${name} ${version} (${license})`, text: texts.join("\n\n") };
}

/** The comment that a file begins with. */
function headOf(file: string): string {
  const [head] = /^(\/\/.*\n)*/.exec(readFileSync(file, "utf8"))!;
  return head.replaceAll(/^\/\/ ?/gm, "").trim();
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
        const filesOf = new Map<string, string[]>();
        for (const file of used) {
          const folder = packageOf(file);
          if (folder !== undefined) filesOf.set(folder, [...(filesOf.get(folder) ?? []), file]);
        }
        writeFileSync(
          target,
          inWords(
            [...filesOf]
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([folder, files]) => licenceOf(folder, files)),
          ),
        );
      });
    },
  };
}
