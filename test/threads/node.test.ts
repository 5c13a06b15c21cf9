/** Promise: Node's workers are told what they need and nothing else, and heard until they are gone; other hosts say so. */
import { EventEmitter } from "node:events";
import { afterEach, expect, it, vi } from "vitest";
import { nodeHost } from "../../ts/threads/hosts/node.js";
import type { Assignment } from "../../ts/threads/serve.js";
import source from "../../ts/threads/worker.js?source";

const assignment = { owner: 3 } as Assignment;

/** The host where the process is another. */
function hostOf(other: unknown): ReturnType<typeof nodeHost> {
  vi.stubGlobal("process", other);
  try {
    return nodeHost();
  } finally {
    vi.unstubAllGlobals();
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([
  ["has no process", undefined],
  ["has a process of another kind", "a process"],
  ["has a process without versions", {}],
  ["has a process without a version of Node", { versions: { other: "1" } }],
  ["has no worker_threads", { versions: { node: "22.0.0" }, getBuiltinModule: () => undefined }],
  ["has worker_threads without workers", { versions: { node: "22.0.0" }, getBuiltinModule: () => ({}) }],
])("is not of this kind where it %s", (_, other) => {
  expect(hostOf(other)).toBeUndefined();
});

it("is too old without getBuiltinModule", () => {
  expect(() => hostOf({ versions: { node: "20.15.0" } })).toThrow(
    /^threads need process\.getBuiltinModule, which Node has since 20\.16$/,
  );
});

it("gives a worker its program and its work, and tells what becomes of it", () => {
  const calls: string[] = [];
  const made: { worker: EventEmitter; program: string; options: object }[] = [];
  class Worker extends EventEmitter {
    constructor(program: string, options: object) {
      super();
      made.push({ worker: this, program, options });
    }
    ref = (): void => void calls.push("ref");
    unref = (): void => void calls.push("unref");
    terminate = (): void => void calls.push("terminate");
  }
  const modules: Record<string, object> = {
    "node:worker_threads": { Worker },
    "node:os": { availableParallelism: () => 12 },
  };
  const host = hostOf({ versions: { node: "22.0.0" }, getBuiltinModule: (name: string) => modules[name] })!;
  expect(host.parallelism).toBe(12);
  const told: unknown[] = [];
  for (const ringsByMessage of [true, false]) {
    const { ref, unref, terminate } = host.startWorker(assignment, ringsByMessage, {
      message: (message) => told.push(message),
      gone: (error) => told.push(error),
    });
    const workerData = { assignment, ringsByMessage };
    const { worker, program, options } = made.at(-1)!;
    expect(program).toBe(source);
    expect(options).toEqual({ eval: true, name: "sau-simd", workerData, execArgv: [] });
    worker.emit("message", "ready");
    for (const act of [unref, ref, terminate]) act();
    if (ringsByMessage) worker.emit("error", new Error("it broke"));
    worker.emit("exit", 3);
  }
  expect(calls).toEqual(["unref", "ref", "terminate", "unref", "ref", "terminate"]);
  expect(told).toEqual(["ready", new Error("it broke"), "ready", new Error("the worker ended with code 3")]);
});
