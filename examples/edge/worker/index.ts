/** The Worker: a page to draw a digit on, and what reads digits. */
import { readPixels } from "./body.js";
import page from "./page.html";
import { createReader } from "./reader.js";
import { Refusal } from "./refusal.js";

// When the Worker starts, for every request to come.
const read = createReader();

type Handler = (request: Request) => Response | Promise<Response>;

/** What answers which method of which path. */
const ROUTES = new Map<string, ReadonlyMap<string, Handler>>([
  [
    "/",
    new Map<string, Handler>([
      ["GET", showPage],
      ["HEAD", showPage],
    ]),
  ],
  ["/digit", new Map<string, Handler>([["POST", readDigit]])],
]);

export default {
  async fetch(request: Request): Promise<Response> {
    try {
      return await route(request)(request);
    } catch (error) {
      if (error instanceof Refusal) return error.response();
      throw error;
    }
  },
};

function route({ url, method }: Request): Handler {
  const { pathname } = new URL(url);
  const methods = ROUTES.get(pathname);
  if (methods === undefined) {
    throw new Refusal(404, `there is nothing at ${pathname}, expected ${[...ROUTES.keys()].join(" or ")}`);
  }
  const handler = methods.get(method);
  if (handler === undefined) {
    const allow = [...methods.keys()].join(", ");
    throw new Refusal(405, `the method is ${method}, expected ${allow} at ${pathname}`, { allow });
  }
  return handler;
}

function showPage(): Response {
  return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
}

async function readDigit(request: Request): Promise<Response> {
  return Response.json(read(await readPixels(request)));
}
