/** Where a run takes place: what a reader needs to judge its figures by. */
import { existsSync, readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, platform } from "node:os";
import type { Environment } from "./results.js";

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8"));

/** Describes this process; `command` is what a reader would type. */
export function environment(command: string): Environment {
  return {
    date: new Date().toISOString().slice(0, 10),
    command,
    node: process.version,
    v8: process.versions.v8,
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    system: `${platform()} ${arch()}`,
    packages: packages(),
  };
}

function packages(): Record<string, string> {
  const versions: Record<string, string> = { "sau-simd": read("../package.json").version };
  for (const name of Object.keys(read("package.json").devDependencies)) {
    const manifest = `node_modules/${name}/package.json`;
    if (existsSync(new URL(manifest, import.meta.url))) versions[name] = read(manifest).version;
  }
  return versions;
}
