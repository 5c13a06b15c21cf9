/** What a bundler makes of the programs, and how that is run: a page in Chromium, a server in this Node. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { CHROMIUM } from "../../scripts/browsers.js";
import type { Found } from "../runtimes/body.js";
import { Session } from "../runtimes/browsers/session.js";
import type { Content } from "../runtimes/browsers/site.js";
import { ISOLATED } from "../runtimes/browsers/ways.js";
import { ALL_TIERS, printed, TWO_WORKERS, tiersOfNode, type Way } from "../runtimes/ways.js";
import { gzipped } from "../support/sizes.js";

/** What a bundler made. */
export interface Bundles {
  /** Each runs what was built. */
  readonly ways: readonly Way[];
  /**
   * Of programs that call `forward` and `backward` of an entry, size.js and size-js.js, and nothing else: all of their
   * scripts gzipped, in bytes. Undefined where a framework adds its own to them.
   */
  readonly sizes?: { readonly index: number; readonly js: number };
}

/** A bundler. */
export interface Bundler {
  readonly name: string;
  readonly version: string;
  /** @param project a folder with the packed package in its node_modules, and the programs */
  bundle(project: string): Promise<Bundles>;
}

const require = createRequire(import.meta.url);

/** The version of a package that is installed for these tests (test/bundlers/package.json). */
export function versionOf(name: string): string {
  const { version }: { version: string } = require(`${name}/package.json`);
  return version;
}

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

/** The files in a folder and below it, by their paths there, as a server of isolated pages has them. */
function contentsOf(folder: string): Map<string, Content> {
  const contents = new Map<string, Content>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const type = TYPES[extname(file)] ?? "application/octet-stream";
    contents.set(file.slice(folder.length), { body: readFileSync(file), type, headers: ISOLATED });
  }
  return contents;
}

/** The size of a folder's scripts, each gzipped. */
function gzippedIn(folder: string): number {
  let bytes = 0;
  for (const [path, { body }] of contentsOf(folder)) {
    if (extname(path) === ".js") bytes += gzipped(body);
  }
  return bytes;
}

/** A page that goes to another server's. */
export function redirect(url: string): Content {
  return { body: `<script>location.replace(${JSON.stringify(url)})</script>`, type: "text/html" };
}

/** What the page of a session reports. */
export async function visited(session: Session, path: string): Promise<Found> {
  const report = (await session.visit(path)) as { readonly found: Found } | { readonly error: string };
  if ("error" in report) throw new Error(report.error);
  return report.found;
}

/** A page in a folder, with what it loads. */
function pageIn(folder: string): Way {
  return {
    way: "page",
    pool: TWO_WORKERS,
    tiers: ALL_TIERS,
    async run() {
      const contents = contentsOf(folder);
      await using session = await Session.start(CHROMIUM, contents, folder);
      return await visited(session, "/index.html");
    },
  };
}

/** Of the Node that runs this, and servers. */
export const TIERS_HERE = tiersOfNode(Number.parseInt(process.versions.node, 10));

/** A server, which prints what it found. */
function serverAt(file: string): Way {
  return {
    way: "server",
    pool: TWO_WORKERS,
    tiers: TIERS_HERE,
    run: () => printed(process.execPath, [file], {}),
  };
}

/** Builds one program of a project. */
export interface Build {
  readonly project: string;
  /** Its name in the project, without ".js". */
  readonly program: "page" | "server" | "size" | "size-js";
  /** The folder for what is built. */
  readonly out: string;
}

/**
 * What a bundler makes that builds programs one by one.
 *
 * @param build returns the file that runs, in the folder for what is built
 */
export async function bundlesOf(project: string, build: (one: Build) => Promise<string>): Promise<Bundles> {
  const made = async (program: Build["program"]): Promise<{ out: string; file: string }> => {
    const out = join(project, "built", program);
    mkdirSync(out, { recursive: true });
    // For the page. A bundler that makes pages of its own writes over it.
    copyFileSync(join(project, "index.html"), join(out, "index.html"));
    return { out, file: await build({ project, program, out }) };
  };
  const [page, server] = [await made("page"), await made("server")];
  const [index, js] = [await made("size"), await made("size-js")];
  return {
    ways: [pageIn(page.out), serverAt(join(server.out, server.file))],
    sizes: { index: gzippedIn(index.out), js: gzippedIn(js.out) },
  };
}
