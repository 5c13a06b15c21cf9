/** workerd, the runtime of Cloudflare Workers: from miniflare, and as it comes. */
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { failedExamples } from "../examples.js";
import type { Runtime } from "../row.js";
import { ALL_TIERS, installed, NO_WORKERS, type Printed, REFUSED, rowsOf, type Way } from "../ways.js";
import { bundleWorker, type Compatibility } from "./bundle.js";
import { askMiniflare, askWorkerd } from "./serve.js";

const PROGRAMS = fileURLToPath(new URL(".", import.meta.url));

/** Of the module that init.mjs brings last, where it runs. */
const BROUGHT = ALL_TIERS.filter((tier) => tier === "relaxed-simd" || tier === "js");

function versionOf(name: string): string {
  return JSON.parse(readFileSync(installed(name, "package.json"), "utf8")).version;
}

export const workerd: Runtime = {
  name: "workerd",
  async rows({ project }) {
    const files = async (program: string, compatibility?: Compatibility) => {
      copyFileSync(join(PROGRAMS, program), join(project, program));
      return bundleWorker(join(project, program), compatibility);
    };
    const inMiniflare = (program: string, compatibility?: Compatibility) => async (): Promise<Printed> =>
      JSON.parse(await askMiniflare(await files(program, compatibility), compatibility));
    const plain = (program: string) => async (): Promise<Printed> =>
      JSON.parse(await askWorkerd(await files(program), project));
    const ways = (run: typeof plain): Way[] => [
      { way: "module import", run: run("per-request.mjs"), tiers: ALL_TIERS, pool: NO_WORKERS },
      { way: "sau-simd/init", run: run("init.mjs"), tiers: BROUGHT },
      { way: "sau-simd/inline at start-up", run: run("start-up.mjs"), tiers: ALL_TIERS },
      { way: "sau-simd/inline in a request", run: run("in-request.mjs"), tiers: ["js"], passedOver: REFUSED },
    ];
    // Has some of Node's modules: what looks for workers there must not take it for Node.
    const nodejsCompat: Way = {
      way: "module import, nodejs_compat",
      run: inMiniflare("per-request.mjs", {
        compatibilityDate: "2026-03-01",
        compatibilityFlags: ["nodejs_compat"],
      }),
      tiers: ALL_TIERS,
      pool: NO_WORKERS,
    };
    const miniflare = { runtime: "miniflare", version: versionOf("miniflare"), engine: "V8" } as const;
    const workerd = { runtime: "workerd", version: versionOf("workerd"), engine: "V8" } as const;
    return [
      ...(await rowsOf(miniflare, [...ways(inMiniflare), nodejsCompat])),
      ...(await rowsOf(workerd, ways(plain))),
      ...(await failedExamples("miniflare", "cloudflare-workers", async (code, name) => {
        const path = join(project, `${name}.mjs`);
        writeFileSync(path, code);
        return askMiniflare(await bundleWorker(path));
      })),
    ];
  },
};
