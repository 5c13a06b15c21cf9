/**
 * Promise: on a page, a worker is gone when its thread is, which its lock tells, however it ended, and once; what can be
 * said of why is said. Asked of a page that stands in for one: test/browsers.test.ts asks real ones.
 */
import { resolveObjectURL } from "node:buffer";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FirstMessage } from "../../ts/threads/hosts/web.js";
import { webHost } from "../../ts/threads/hosts/web.js";
import type { Assignment } from "../../ts/threads/serve.js";
import source from "../../ts/threads/worker.js?source";
import { WebLocks } from "../support/web-locks.js";

const assignment = { owner: 7 } as Assignment;

let locks: WebLocks;
let refusal: Error | undefined;
let pageWorkers: PageWorker[];
let told: unknown[];

/** A page's worker; what it does, the test does. */
class PageWorker {
  onmessage!: (event: { data: unknown }) => void;
  onerror!: (event: { message?: string; preventDefault: () => void }) => void;
  readonly posted: unknown[] = [];
  isTold = false;

  constructor(
    readonly url: string,
    readonly options: { name: string },
  ) {
    if (refusal !== undefined) throw refusal;
    pageWorkers.push(this);
  }

  postMessage(message: unknown): void {
    this.posted.push(message);
  }

  terminate(): void {
    this.isTold = true;
  }

  get lock(): string {
    return (this.posted[0] as FirstMessage).lock;
  }

  /** Begins as ts/threads/worker.ts does: with its lock, which it never gives back. */
  begin(): void {
    locks.request(this.lock, () => new Promise(() => {}));
    this.onmessage({ data: "ready" });
  }

  /** Returns whether the event's default was prevented. */
  fail(message?: string): boolean {
    const preventDefault = vi.fn();
    this.onerror({ ...(message === undefined ? {} : { message }), preventDefault });
    return preventDefault.mock.calls.length === 1;
  }
}

function start(ringsByMessage = false) {
  const worker = webHost().startWorker(assignment, ringsByMessage, {
    message: (message) => told.push(message),
    gone: (error) => told.push(error),
  });
  return { worker, page: pageWorkers.at(-1)! };
}

/** After all that is under way. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

const isRevoked = (page: PageWorker): boolean => resolveObjectURL(page.url) === undefined;

beforeEach(() => {
  [locks, refusal, pageWorkers, told] = [new WebLocks(), undefined, [], []];
  vi.stubGlobal("Worker", PageWorker);
  vi.stubGlobal("crossOriginIsolated", true);
  vi.stubGlobal("navigator", { locks, hardwareConcurrency: 6 });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe("a page", () => {
  it("has as many threads as its browser says", () => {
    expect(webHost().parallelism).toBe(6);
  });

  it.each([
    ["Worker", undefined, /^this host has no workers$/],
    [
      "crossOriginIsolated",
      false,
      /^this page is not cross-origin isolated: serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp$/,
    ],
    ["navigator", { hardwareConcurrency: 6 }, /^this browser has no Web Locks$/],
  ])("without %s has none, and says why", (name, value, reason) => {
    vi.stubGlobal(name, value);
    expect(() => webHost()).toThrow(reason);
  });
});

describe("a worker", () => {
  it.each([true, false])("is given its program, what it works on, and a lock of its own", async (rings) => {
    const [{ page }, { page: other }] = [start(rings), start(rings)];
    expect(await resolveObjectURL(page.url)!.text()).toBe(source);
    expect(resolveObjectURL(page.url)!.type).toBe("text/javascript");
    expect(page.options).toEqual({ name: "sau-simd" });
    expect(page.posted).toEqual([{ assignment, ringsByMessage: rings, lock: page.lock }]);
    expect(page.lock).toMatch(/^sau-simd [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(other.lock).not.toBe(page.lock);
    expect(locks.requests).toEqual([]);
  });

  it("is gone when its lock is free, once it was heard", async () => {
    const { worker, page } = start();
    worker.ref();
    worker.unref();
    page.begin();
    page.onmessage({ data: "ring" });
    await turns();
    expect(told).toEqual(["ready", "ring"]);
    expect(locks.requests).toEqual([
      [page.lock, "exclusive"],
      [page.lock, "shared"],
    ]);
    expect([locks.modeOf(page.lock), isRevoked(page)]).toEqual(["exclusive", false]);
    locks.takeBack(page.lock);
    await turns();
    expect(told.slice(2)).toEqual([new Error("the worker was ended")]);
    // Nobody needs the lock any more.
    expect([locks.modeOf(page.lock), isRevoked(page)]).toEqual([undefined, true]);
    page.onmessage({ data: "ready" });
    await turns();
    expect(told.slice(2)).toEqual([new Error("the worker was ended"), "ready"]);
    expect(locks.requests).toHaveLength(2);
  });

  it("that is told to go is gone when it is", async () => {
    const { worker, page } = start();
    page.begin();
    worker.terminate();
    worker.terminate();
    expect(page.isTold).toBe(true);
    await turns();
    expect(told).toEqual(["ready"]);
    locks.takeBack(page.lock);
    await turns();
    expect(told).toEqual(["ready", new Error("the worker was ended")]);
  });

  it("that is told to go before it was heard is gone at once, and never begins", async () => {
    const { worker, page } = start();
    worker.terminate();
    await turns();
    expect(told).toEqual([new Error("the worker was ended")]);
    const begins = vi.fn();
    locks.request(page.lock, begins);
    await turns();
    expect(begins).not.toHaveBeenCalled();
    expect([locks.modeOf(page.lock), isRevoked(page)]).toEqual(["shared", true]);
  });

  it("that was told to go as it began is gone once it has ended", async () => {
    const { worker, page } = start();
    // It has its lock, and its first message is under way.
    locks.request(page.lock, () => new Promise(() => {}));
    worker.terminate();
    await turns();
    expect(told).toEqual([]);
    locks.takeBack(page.lock);
    await turns();
    expect(told).toEqual([new Error("the worker was ended")]);
  });

  it("that throws is ended, and gone with what it threw", async () => {
    const { page } = start();
    page.begin();
    expect(page.fail("it broke")).toBe(true);
    expect(page.isTold).toBe(true);
    await turns();
    expect(told).toEqual(["ready"]);
    locks.takeBack(page.lock);
    await turns();
    expect(told).toEqual(["ready", new Error("it broke")]);
  });

  it("whose program is not loaded is gone at once", () => {
    const { page } = start();
    expect(page.fail()).toBe(true);
    expect(told).toEqual([
      new Error("the browser refuses it: does the page's policy allow worker-src blob:?"),
    ]);
    expect([page.isTold, isRevoked(page), locks.requests]).toEqual([false, true, []]);
  });

  it("that is gone is not gone again, whatever it is told, or the browser says", async () => {
    const { worker, page } = start();
    page.fail();
    worker.terminate();
    page.fail("too late");
    await turns();
    expect(told).toHaveLength(1);
  });

  it("that the browser refuses to make is an error, with its cause", () => {
    refusal = new TypeError("no blobs");
    const revoke = vi.spyOn(URL, "revokeObjectURL");
    let error: unknown;
    try {
      start();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      message: "the browser refuses it (TypeError: no blobs): does the page's policy allow worker-src blob:?",
      cause: refusal,
    });
    expect(revoke.mock.calls).toEqual([[expect.stringMatching(/^blob:/)]]);
    expect(resolveObjectURL(revoke.mock.calls[0]![0])).toBeUndefined();
    expect(told).toEqual([]);
  });

  it("is gone where locks are refused", async () => {
    locks.refusal = new Error("no locks in a sandbox");
    const { page } = start();
    page.fail("workers have no Web Locks here");
    await turns();
    expect(told).toEqual([new Error("workers have no Web Locks here")]);
    expect(page.isTold).toBe(true);
  });
});
