/** The browsers that tests run in: where Debian has their programs, and in which packages. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { installDebianPackages } from "./debian.js";
import { findProgram } from "./wasm/shell.js";

/** A browser. */
export interface Browser {
  readonly name: "Chromium" | "Firefox" | "WebKitGTK";
  /** Debian's packages of it. */
  readonly packages: readonly string[];
  /** What to run, and what comes first on its command line; undefined where it is not installed. */
  find(): readonly [program: string, ...args: string[]] | undefined;
}

/** MiniBrowser is no program for users, and so not on PATH. */
function findMiniBrowser(): string | undefined {
  const libraries = "/usr/lib";
  if (!existsSync(libraries)) return undefined;
  return readdirSync(libraries)
    .map((folder) => join(libraries, folder, "webkit2gtk-4.1", "MiniBrowser"))
    .find((path) => existsSync(path));
}

/** The browser of tests that need one, and no matter which. */
export const CHROMIUM: Browser = {
  name: "Chromium",
  packages: ["chromium"],
  find() {
    const program = findProgram("chromium");
    return program === undefined ? undefined : [program];
  },
};

/** All of them. */
export const BROWSERS: readonly Browser[] = [
  CHROMIUM,
  {
    name: "Firefox",
    packages: ["firefox-esr"],
    find() {
      const program = findProgram("firefox-esr");
      return program === undefined ? undefined : [program];
    },
  },
  {
    // It cannot do without a screen.
    name: "WebKitGTK",
    packages: ["libwebkit2gtk-4.1-0", "xvfb", "xauth"],
    find() {
      const [screen, program] = [findProgram("xvfb-run"), findMiniBrowser()];
      const hasAll = screen !== undefined && program !== undefined && findProgram("xauth") !== undefined;
      return hasAll ? [screen, "--auto-servernum", program] : undefined;
    },
  },
];

/** @throws {Error} where it is not installed, saying how to install it */
export function programOf(browser: Browser): readonly [string, ...string[]] {
  const found = browser.find();
  if (found === undefined) {
    throw new Error(
      `${browser.name} is not installed. Run: npm run setup:browsers (Debian: ${browser.packages.join(" ")})`,
    );
  }
  return found;
}

/**
 * Installs those browsers that are not installed.
 *
 * @returns whether there was anything to do
 * @throws {Error} where that cannot be done, naming the packages and what to run
 */
export function installBrowsers(browsers: readonly Browser[] = BROWSERS): boolean {
  const missing = browsers.filter((browser) => browser.find() === undefined);
  if (missing.length === 0) return false;
  const packages = missing.flatMap((browser) => browser.packages);
  const names = missing.map(({ name }) => name).join(", ");
  try {
    installDebianPackages(packages);
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(
      `Not installed: ${names}, of Debian's packages ${packages.join(", ")}. They could not be installed: ${reason}`,
      { cause: error },
    );
  }
  for (const { name, packages: own, find } of missing) {
    if (find() === undefined) {
      throw new Error(`${own.join(", ")} are installed, but ${name} is not where Debian 12 and 13 have it.`);
    }
  }
  return true;
}
