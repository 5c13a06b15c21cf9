/** A server on the loopback interface: the pages, what they load, and what they report. */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { text } from "node:stream/consumers";

/** What the server answers. */
export interface Content {
  readonly body: string | Uint8Array;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A site that is being served. */
export interface Site extends AsyncDisposable {
  /** Without a path. */
  readonly url: string;
}

/** Of files in a project's folder. */
const TYPES: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/**
 * Serves pages and scripts by their paths, and the files of a folder below `/node_modules/`.
 *
 * @param report takes what is posted to /report; returns what to answer
 */
export async function serve(
  contents: ReadonlyMap<string, Content>,
  folder: string,
  report: (posted: string) => Promise<string>,
): Promise<Site> {
  const server = createServer((request, response) => {
    answer(request, response, contents, folder, report).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  contents: ReadonlyMap<string, Content>,
  folder: string,
  report: (posted: string) => Promise<string>,
): Promise<void> {
  const { pathname } = new URL(request.url!, "http://localhost");
  if (request.method === "POST" && pathname === "/report") {
    response.writeHead(200, { "content-type": "text/plain" }).end(await report(await text(request)));
    return;
  }
  const content = contents.get(pathname) ?? (await file(pathname, folder));
  if (content === undefined) {
    response.writeHead(404, { "content-type": "text/plain" }).end(`There is no ${pathname}.`);
    return;
  }
  const headers = {
    "content-type": content.type,
    "cache-control": "no-store",
    // So that isolated pages can have workers of these scripts, and frames of other origins load them.
    "cross-origin-embedder-policy": "require-corp",
    "access-control-allow-origin": "*",
    ...content.headers,
  };
  response.writeHead(200, headers).end(content.body);
}

async function file(pathname: string, folder: string): Promise<Content | undefined> {
  const type = TYPES[extname(pathname)];
  // `URL` has taken out what leads upwards.
  if (type === undefined || !pathname.startsWith("/node_modules/")) return undefined;
  try {
    return { body: await readFile(join(folder, normalize(pathname))), type };
  } catch {
    return undefined;
  }
}
