/** Folders with the packed package installed in them, as a user has it. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { ROOT } from "../../scripts/wasm/tiers.js";

/** The folders of one run, removed at its end. */
export class Projects {
  readonly #folder = mkdtempSync(join(tmpdir(), "sau-simd-runtimes-"));
  readonly #template = join(this.#folder, "template");

  private constructor() {}

  /** Packs the built package, installs the tarball in a folder, and puts the body beside it. */
  static async create(): Promise<Projects> {
    const projects = new Projects();
    const pack = ["pack", "--json", "--ignore-scripts", "--pack-destination", projects.#folder];
    const [{ filename }] = JSON.parse(execFileSync("npm", pack, { cwd: ROOT, encoding: "utf8" }));
    const template = projects.#template;
    for (const [file, format] of [
      ["body.js", "esm"],
      ["body.cjs", "cjs"],
    ] as const) {
      await build({
        entryPoints: [fileURLToPath(new URL("body.ts", import.meta.url))],
        outfile: join(template, file),
        bundle: true,
        format,
        platform: "neutral",
        target: "es2020",
        // Its numbers are the same in every run.
        define: { "process.env.SAU_TEST_SEED": "undefined" },
      });
    }
    writeFileSync(
      join(template, "package.json"),
      `{ "name": "project", "private": true, "type": "module" }\n`,
    );
    const install = ["install", "--silent", "--offline", "--no-audit", "--no-fund", "--ignore-scripts"];
    execFileSync("npm", [...install, join(projects.#folder, filename)], { cwd: template, stdio: "inherit" });
    return projects;
  }

  /** A copy for one runtime. */
  copyFor(name: string): string {
    const project = join(this.#folder, name);
    cpSync(this.#template, project, { recursive: true });
    return project;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
