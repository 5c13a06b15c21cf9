/** A page with TensorFlow.js and the built package, from this machine alone. */
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { ROOT } from "../../../scripts/wasm/tiers.js";

const TENSORFLOW = join(import.meta.dirname, "node_modules", "@tensorflow");

/** Where a path's first part lies. */
const FOLDERS: Readonly<Record<string, string>> = {
  dist: join(ROOT, "dist"),
  tfjs: join(TENSORFLOW, "tfjs", "dist"),
  wasm: join(TENSORFLOW, "tfjs-backend-wasm", "dist"),
};

const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".wasm": "application/wasm",
};

const PAGE = `<!doctype html>
<script src="/tfjs/tf.min.js"></script>
<script src="/wasm/tf-backend-wasm.min.js"></script>
<script type="module">
import { registerSau } from "/dist/tfjs.js";
import { registerTraining } from "/dist/tfjs-training.js";
Object.assign(globalThis, { registerSau, registerTraining });
</script>`;

/** What lets a page have shared memory. */
const ISOLATION = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param isolated whether the page is cross-origin isolated */
export async function serve(isolated: boolean): Promise<Served> {
  const server = createServer((request, response) => {
    const headers = isolated ? ISOLATION : {};
    const [, first = "", ...rest] = normalize(new URL(request.url!, "http://localhost").pathname).split("/");
    if (first === "") {
      response.writeHead(200, { ...headers, "Content-Type": "text/html" }).end(PAGE);
      return;
    }
    const file = join(FOLDERS[first] ?? "", ...rest);
    if (FOLDERS[first] === undefined || !existsSync(file)) {
      response.writeHead(404, headers).end();
      return;
    }
    response.writeHead(200, { ...headers, "Content-Type": TYPES[extname(file)] ?? "text/plain" });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
