/** Browsers without a screen, each opened at an address with a profile of its own; pages say the rest to a server. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Browser, programOf } from "../../scripts/browsers.js";
import { capture } from "../../scripts/wasm/shell.js";

/** How long a browser may take to end when it is asked to. */
const PATIENCE_MS = 5000;

/** Calls nobody, asks nothing. */
const FIREFOX_PREFERENCES = {
  "app.normandy.enabled": false,
  "app.update.disabledForTesting": true,
  "browser.newtabpage.enabled": false,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
};

/** What comes between a browser's program and the address. */
const ARGUMENTS: Record<Browser["name"], (profile: string) => readonly string[]> = {
  Chromium: (profile) => [
    "--headless=new",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    // Chromium refuses to be root's in its sandbox. It visits pages of this package alone.
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    `--user-data-dir=${profile}`,
  ],
  Firefox: (profile) => ["--headless", "--no-remote", "--profile", profile],
  WebKitGTK: () => [],
};

/**
 * The version of an installed browser, such as "140.0.1".
 *
 * @throws {Error} where it is not installed, saying how to install it
 */
export function versionOf(browser: Browser): string {
  const [program, ...args] = programOf(browser);
  const printed = capture(program, [...args, "--version"]);
  const version = printed.match(/\d+(\.\d+)+/)?.[0];
  if (version === undefined) throw new Error(`${browser.name} --version prints no version: ${printed}`);
  return version;
}

/** A browser that is open. */
export interface OpenBrowser extends AsyncDisposable {
  /** What it has printed, the last of it. */
  messages(): string;
}

/**
 * Opens a browser at an address. It ends, with all its processes, when it is disposed of.
 *
 * @throws {Error} where it is not installed, saying how to install it
 */
export function openBrowser(
  browser: Browser,
  url: string,
  environment: Readonly<Record<string, string>> = {},
): OpenBrowser {
  const [program, ...args] = programOf(browser);
  const profile = mkdtempSync(join(tmpdir(), "sau-simd-browser-"));
  if (browser.name === "Firefox") {
    const lines = Object.entries(FIREFOX_PREFERENCES).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    );
    writeFileSync(join(profile, "user.js"), lines.join(""));
  }
  const child = spawn(program, [...args, ...ARGUMENTS[browser.name](profile), url], {
    // A group of its own, so that it can be ended with the processes that it starts.
    detached: true,
    env: { ...process.env, HOME: profile, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed = (printed + text).slice(-2000);
    });
  }
  return {
    messages: () => printed,
    async [Symbol.asyncDispose]() {
      await end(child);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** Ends a process and those that it started. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const hasEnded = child.exitCode !== null || child.signalCode !== null;
  if (!hasEnded) {
    process.kill(-child.pid, "SIGTERM");
    await Promise.race([once(child, "exit"), setTimeout(PATIENCE_MS, undefined, { ref: false })]);
  }
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // None is left.
  }
}
