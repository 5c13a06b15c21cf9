/** Next: an application with a page and two routes, one in Node and one in its edge runtime, built and served. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CHROMIUM } from "../../../scripts/browsers.js";
import type { Found } from "../../runtimes/body.js";
import { Session } from "../../runtimes/browsers/session.js";
import { ALL_TIERS, EXACT_TIERS, NO_WORKERS, output, TWO_WORKERS, type Way } from "../../runtimes/ways.js";
import { type Bundler, redirect, TIERS_HERE, versionOf, visited } from "../bundler.js";

const APP = fileURLToPath(new URL("../next-app/", import.meta.url));

/** Next must find itself and React above the application's folder. */
const FOLDER = fileURLToPath(new URL("../target/next/", import.meta.url));

const COMMAND = fileURLToPath(new URL("../node_modules/next/dist/bin/next", import.meta.url));
const ENVIRONMENT = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };

/** The application, served. */
interface Served extends AsyncDisposable {
  /** Without a path. */
  readonly url: string;
}

/** @param reportTo where its route for reports sends them */
async function serve(reportTo = ""): Promise<Served> {
  const args = [COMMAND, "start", "--hostname", "127.0.0.1", "--port", "0"];
  const child = spawn(process.execPath, args, {
    cwd: FOLDER,
    env: { ...ENVIRONMENT, REPORT_TO: reportTo },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let printed = "";
  let url: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    printed += `${line}\n`;
    url ??= line.match(/Local:\s+(http:\S+)/)?.[1];
    if (line.includes("Ready")) break;
  }
  // So that it does not wait for somebody to read the rest.
  child.stdout.resume();
  if (url === undefined) throw new Error(`next start does not say where it serves:\n${printed}`);
  return {
    url,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** A route, which answers with what it found. */
function route(way: string, path: string, expected: Omit<Way, "way" | "run">): Way {
  return {
    way,
    ...expected,
    async run() {
      await using served = await serve();
      const response = await fetch(served.url + path);
      if (!response.ok) throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
      return (await response.json()) as Found;
    },
  };
}

const page: Way = {
  way: "page",
  pool: TWO_WORKERS,
  tiers: ALL_TIERS,
  async run() {
    const contents = new Map();
    await using session = await Session.start(CHROMIUM, contents, FOLDER);
    await using served = await serve(`${session.url}/report`);
    contents.set("/", redirect(served.url));
    return await visited(session, "/");
  },
};

export const next: Bundler = {
  name: "Next",
  version: versionOf("next"),
  async bundle(project) {
    rmSync(FOLDER, { recursive: true, force: true });
    for (const from of [project, APP]) cpSync(from, FOLDER, { recursive: true });
    await output(process.execPath, [COMMAND, "build"], { cwd: FOLDER, env: ENVIRONMENT });
    return {
      ways: [
        page,
        route("route in Node", "/node", { pool: TWO_WORKERS, tiers: TIERS_HERE }),
        // The modules arrive compiled, without the one that a host may refuse.
        route("route at the edge", "/edge", { pool: NO_WORKERS, tiers: EXACT_TIERS }),
      ],
    };
  },
};
