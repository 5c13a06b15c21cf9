/** Makes the program that judges mutants, of the sources with all mutants in them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { moduleTextPlugin } from "../../scripts/module-text.js";

const folder = fileURLToPath(new URL(".", import.meta.url));

await build({
  entryPoints: [join(folder, "judge.ts")],
  outfile: join(folder, "..", "..", "target", "mutation", "judge.mjs"),
  bundle: true,
  format: "esm",
  platform: "node",
  target: "es2022",
  plugins: [moduleTextPlugin],
});
