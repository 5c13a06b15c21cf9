/** Promise: who lacks a browser is told which one, and which of Debian's packages has it; with apt-get it is installed. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BROWSERS, installBrowsers } from "../scripts/browsers.js";
import { openBrowser, versionOf } from "./support/browsers.js";

const chromium = BROWSERS.find(({ name }) => name === "Chromium")!;

let folder: string;

beforeEach(() => {
  // All of PATH: nothing else is installed.
  folder = mkdtempSync(join(tmpdir(), "sau-simd-path-"));
  vi.stubEnv("PATH", folder);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** Puts a program on PATH. */
function addProgram(name: string, script: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** An apt-get that notes what it is asked for; to be root is to have sudo, for who is not. */
function addAptGet(then: string): string {
  const log = join(folder, "log");
  addProgram("apt-get", `echo "$@" >> '${log}'\n${then}`);
  addProgram("sudo", 'exec "$@"');
  return log;
}

describe("a browser that is not installed", () => {
  it.each(BROWSERS)("is named with its packages: $name", (browser) => {
    const { name, packages } = browser;
    const message = `${name} is not installed. Run: npm run setup:browsers (Debian: ${packages.join(" ")})`;
    expect(() => versionOf(browser)).toThrow(message);
    expect(() => openBrowser(browser, "about:blank")).toThrow(message);
    expect(() => installBrowsers([browser])).toThrow(
      `Not installed: ${name}, of Debian's packages ${packages.join(", ")}. They could not be installed: There is no apt-get here`,
    );
  });

  it("is installed where there is apt-get", () => {
    const program = join(folder, "chromium");
    const log = addAptGet(`test "$1" = update || { : > '${program}'; /bin/chmod +x '${program}'; }`);
    expect(installBrowsers([chromium])).toBe(true);
    expect(readFileSync(log, "utf8")).toBe("update\ninstall --yes --no-install-recommends chromium\n");
    expect(installBrowsers([chromium])).toBe(false);
  });

  it("is named where apt-get fails, or gives something else", () => {
    addAptGet('test "$1" = update');
    expect(() => installBrowsers([chromium])).toThrow(
      "Not installed: Chromium, of Debian's packages chromium. They could not be installed: apt-get install --yes",
    );
    addAptGet("");
    expect(() => installBrowsers([chromium])).toThrow("chromium are installed, but Chromium is not where");
    expect(existsSync(join(folder, "chromium"))).toBe(false);
  });
});
