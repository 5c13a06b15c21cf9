/**
 * The package as it is shipped, from dist/: `npm run bench` builds it first.
 *
 * By its path: bench/ has a package.json of its own for the peers, so that the package's name means nothing here.
 */
import { readFileSync } from "node:fs";

export {
  backward,
  createSau,
  createSauSync,
  forward,
  type Sau,
  type Tier,
  TierUnavailableError,
} from "../dist/index.js";

export { replaceActivations } from "../dist/onnx.js";

/** The package's folder. */
export const ROOT = new URL("../", import.meta.url);

/** The module behind an entry of the package, such as "./threads", or undefined when it has no such entry. */
export function entry(name: string): URL | undefined {
  const { exports } = JSON.parse(readFileSync(new URL("package.json", ROOT), "utf8"));
  const path = exports[name]?.import?.default;
  return path === undefined ? undefined : new URL(path, ROOT);
}
