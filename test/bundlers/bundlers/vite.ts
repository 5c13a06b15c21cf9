/** Vite: what it builds, and its development server, which bundles packages before it serves them. */
import { join } from "node:path";
import { build, createServer } from "vite";
import { CHROMIUM } from "../../../scripts/browsers.js";
import { Session } from "../../runtimes/browsers/session.js";
import { ISOLATED } from "../../runtimes/browsers/ways.js";
import { ALL_TIERS, TWO_WORKERS, type Way } from "../../runtimes/ways.js";
import { type Bundler, bundlesOf, redirect, versionOf, visited } from "../bundler.js";

const COMMON = { configFile: false, logLevel: "warn" } as const;

/** A page that a development server serves. It reports through that server, as pages report to their own. */
function pageInDevelopment(root: string): Way {
  return {
    way: "development server",
    pool: TWO_WORKERS,
    tiers: ALL_TIERS,
    async run() {
      const contents = new Map();
      await using session = await Session.start(CHROMIUM, contents, root);
      const server = await createServer({
        ...COMMON,
        root,
        server: { host: "127.0.0.1", headers: ISOLATED, proxy: { "/report": session.url } },
      });
      try {
        await server.listen();
        contents.set("/", redirect(server.resolvedUrls!.local[0]!));
        return await visited(session, "/");
      } finally {
        await server.close();
      }
    },
  };
}

export const vite: Bundler = {
  name: "Vite",
  version: versionOf("vite"),
  async bundle(root) {
    const { ways, sizes } = await bundlesOf(root, async ({ program, out }) => {
      const isServer = program === "server";
      await build({
        ...COMMON,
        root,
        build: {
          outDir: out,
          ...(isServer && { ssr: "server.js" }),
          ...(program.startsWith("size") && { rolldownOptions: { input: join(root, `${program}.js`) } }),
        },
        // Vite would leave packages where they are; here they go into the server's bundle.
        ...(isServer && { ssr: { noExternal: true } }),
      });
      return `${program}.js`;
    });
    return { ways: [...ways, pageInDevelopment(root)], sizes: sizes! };
  },
};
