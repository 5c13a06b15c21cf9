/** What is served beside the package: a page for each way, and what the pages run. */
import { readdirSync } from "node:fs";
import { join, parse } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Content } from "./site.js";
import { ISOLATED, NONCE, type PageWay, WAYS } from "./ways.js";

const CLIENT = fileURLToPath(new URL("client/", import.meta.url));

/** The packages' names, as pages know them. */
const IMPORT_MAP = {
  imports: {
    "sau-simd": "/node_modules/sau-simd/dist/index.js",
    "sau-simd/threads": "/node_modules/sau-simd/dist/threads.js",
  },
};

/** The page of a way. */
function html({ script, first }: Pick<PageWay, "script" | "first">): string {
  return `<!doctype html>
<title>sau-simd</title>
<link rel="icon" href="data:,">
${first === undefined ? "" : `<script nonce="${NONCE}">${first}</script>`}
<script type="importmap" nonce="${NONCE}">${JSON.stringify(IMPORT_MAP)}</script>
<script type="module" src="/client/${script}.js"></script>
`;
}

/** The scripts of client/: ES modules with the body in them, and classic workers with the package in them too. */
async function scripts(project: string): Promise<Map<string, Content>> {
  const files = readdirSync(CLIENT);
  const contents = new Map<string, Content>();
  for (const format of ["esm", "iife"] as const) {
    const entries = files.filter((file) => file.startsWith("classic-worker.") === (format === "iife"));
    const { outputFiles } = await build({
      entryPoints: entries.map((file) => join(CLIENT, file)),
      outdir: "/client",
      bundle: true,
      write: false,
      format,
      target: "es2022",
      nodePaths: [join(project, "node_modules")],
      plugins: [
        {
          name: "body",
          setup({ onResolve }) {
            onResolve({ filter: /\/body\.js$/ }, () => ({ path: join(project, "body.js") }));
          },
        },
      ],
    });
    for (const { path, text } of outputFiles) {
      contents.set(`/client/${parse(path).base}`, { body: text, type: "text/javascript" });
    }
  }
  return contents;
}

/** Everything that the server serves beside the package. */
export async function contentsOf(project: string): Promise<Map<string, Content>> {
  const contents = await scripts(project);
  for (const way of WAYS) {
    contents.set(way.path, { body: html(way), type: "text/html", headers: way.headers });
  }
  const frame = {
    script: "page-in-frame",
    headers: { ...ISOLATED, "cross-origin-resource-policy": "cross-origin" },
  };
  contents.set("/page-in-frame", { body: html(frame), type: "text/html", headers: frame.headers });
  return contents;
}
