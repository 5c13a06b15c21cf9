/** A Worker's answer, from workerd as it comes and from workerd as miniflare runs it. */
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Miniflare } from "miniflare";
import { installed } from "../ways.js";
import { COMPILES_AT_START, type Compatibility, type WorkerFiles } from "./bundle.js";

/** What the Worker answers, in miniflare. */
export async function askMiniflare(
  files: WorkerFiles,
  compatibility: Compatibility = COMPILES_AT_START,
): Promise<string> {
  const miniflare = new Miniflare({
    host: "127.0.0.1",
    cf: false, // asks no one where this machine is
    ...compatibility,
    modules: files.map(({ name, contents }) => ({
      type: name.endsWith(".wasm") ? "CompiledWasm" : "ESModule",
      path: name,
      contents,
    })),
  });
  try {
    return await (await miniflare.dispatchFetch("http://worker/")).text();
  } finally {
    await miniflare.dispose();
  }
}

/** What the Worker answers, in workerd with a configuration of its own. */
export async function askWorkerd(files: WorkerFiles, project: string): Promise<string> {
  const folder = mkdtempSync(join(project, "workerd-"));
  for (const { name, contents } of files) writeFileSync(join(folder, name), contents);
  const modules = files.map(({ name }) => {
    const kind = name.endsWith(".wasm") ? "wasm" : "esModule";
    return `(name = ${JSON.stringify(name)}, ${kind} = embed ${JSON.stringify(name)})`;
  });
  writeFileSync(
    join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (modules = [${modules.join(", ")}], compatibilityDate = "${COMPILES_AT_START.compatibilityDate}");
`,
  );
  const command = installed("@cloudflare/workerd-linux-64", "bin/workerd");
  const server = spawn(command, ["serve", "config.capnp", "--control-fd=3"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  try {
    const url = `http://127.0.0.1:${await portFrom(server.stdio[3] as Readable)}/`;
    return await (await fetch(url)).text();
  } finally {
    server.kill();
  }
}

/** The port that workerd says it listens on. */
async function portFrom(control: Readable): Promise<number> {
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line) as { event: string; port: number };
    if (event === "listen") return port;
  }
  throw new Error("workerd ended before it listened");
}
