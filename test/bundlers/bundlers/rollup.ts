/** Rollup with its plugin that finds packages, and no other: nothing is CommonJS, nothing minifies. */
import { join } from "node:path";
import nodeResolve from "@rollup/plugin-node-resolve";
import { rollup as bundle } from "rollup";
import { type Bundler, bundlesOf, versionOf } from "../bundler.js";

export const rollup: Bundler = {
  name: "Rollup",
  version: versionOf("rollup"),
  bundle: (project) =>
    bundlesOf(project, async ({ program, out }) => {
      const build = await bundle({
        input: join(project, `${program}.js`),
        plugins: [nodeResolve()],
        onwarn: ({ message }) => {
          throw new Error(`Rollup warns: ${message}`);
        },
      });
      const file = `${program}.js`;
      await build.write({ file: join(out, file), format: "es" });
      await build.close();
      return file;
    }),
};
