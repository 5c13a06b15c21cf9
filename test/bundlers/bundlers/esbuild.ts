/** esbuild, whose servers are CommonJS unless it is told otherwise. */
import { join } from "node:path";
import { build } from "esbuild";
import { type Bundler, bundlesOf, versionOf } from "../bundler.js";

export const esbuild: Bundler = {
  name: "esbuild",
  version: versionOf("esbuild"),
  bundle: (project) =>
    bundlesOf(project, async ({ program, out }) => {
      const isServer = program === "server";
      const file = `${program}.${isServer ? "cjs" : "js"}`;
      const { warnings } = await build({
        entryPoints: [join(project, `${program}.js`)],
        outfile: join(out, file),
        bundle: true,
        minify: true,
        platform: isServer ? "node" : "browser",
        logLevel: "warning",
      });
      if (warnings.length > 0)
        throw new Error(`esbuild warns: ${warnings.map(({ text }) => text).join("; ")}`);
      return file;
    }),
};
