/** The ways of running the package in a browser: a page each, and what must be found on it. */
import type { Browser } from "../../../scripts/browsers.js";
import { NO_WEBASSEMBLY, TWO_WORKERS, type Way } from "../ways.js";

/** A page, and the way's reports. */
export interface PageWay extends Omit<Way, "run" | "tiers" | "pool"> {
  /** Those that must run, where they are not all that the browser has. */
  readonly tiers?: Way["tiers"];
  /** What the pool's report must say; of each browser, where each has a reason of its own. */
  readonly pool: RegExp | Readonly<Record<Browser["name"], RegExp>>;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the page runs, of client/. */
  readonly script: string;
  /** A script that runs before that one. */
  readonly first?: string;
}

/** What makes a page cross-origin isolated. */
export const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** Whether a page is one that may share memory with its workers. */
export function isIsolated({ headers }: PageWay): boolean {
  return "cross-origin-opener-policy" in headers;
}

/** Of the inline scripts that the policies allow. */
export const NONCE = "c2F1LXNpbWQ";

const SCRIPTS = `script-src 'self' 'nonce-${NONCE}'`;

const NOT_ISOLATED =
  /^1 thread, the calling one: this page is not cross-origin isolated: serve it with the headers Cross-Origin-/;

/** All of them. */
export const WAYS: readonly PageWay[] = [
  { way: "page", path: "/page", headers: {}, script: "page", pool: NOT_ISOLATED },
  {
    way: "classic worker",
    path: "/classic-worker",
    headers: {},
    script: "classic-worker-page",
    pool: NOT_ISOLATED,
  },
  {
    way: "module worker",
    path: "/module-worker",
    headers: {},
    script: "module-worker-page",
    pool: NOT_ISOLATED,
  },
  {
    way: "isolated page",
    path: "/isolated-page",
    headers: ISOLATED,
    script: "page",
    pool: TWO_WORKERS,
  },
  {
    way: "isolated page's worker",
    path: "/isolated-worker",
    headers: ISOLATED,
    script: "module-worker-page",
    pool: TWO_WORKERS,
  },
  {
    way: "sandboxed frame of an isolated page",
    path: "/frame",
    headers: ISOLATED,
    script: "frame-page",
    pool: {
      Chromium: /^1 thread, the calling one: no worker starts: .*workers have no Web Locks here$/,
      Firefox:
        /^1 thread, the calling one: no worker starts: SecurityError: LockManager\.request: request\(\) is not allowed/,
      // Of the blob: address; no policy is at fault.
      WebKitGTK: /^1 thread, the calling one: no worker starts: the browser refuses it: /,
    },
  },
  {
    way: "CSP without wasm-unsafe-eval",
    path: "/csp",
    headers: { ...ISOLATED, "content-security-policy": SCRIPTS },
    script: "page",
    tiers: ["js"],
    passedOver:
      /^CompileError: .*(CSP|Content Security Policy|unsafe-eval)|relaxed simd instructions not supported/,
    pool: /^1 thread, the calling one: no tier works in a memory that threads can share \(/,
  },
  {
    way: "CSP without blob: workers",
    path: "/csp-workers",
    headers: {
      ...ISOLATED,
      "content-security-policy": `${SCRIPTS} 'wasm-unsafe-eval'; worker-src 'self'`,
    },
    script: "page",
    pool: /^1 thread, the calling one: no worker starts: the browser refuses it.*: does the page's policy allow worker-src blob:\?$/,
  },
  {
    way: "CSP with Trusted Types",
    path: "/csp-trusted-types",
    headers: { ...ISOLATED, "content-security-policy": "require-trusted-types-for 'script'" },
    script: "page",
    pool: /^1 thread, the calling one: no worker starts: the browser refuses it \(TypeError: /,
  },
  {
    way: "no WebAssembly",
    path: "/no-webassembly",
    headers: ISOLATED,
    script: "page",
    first: "delete globalThis.WebAssembly;",
    ...NO_WEBASSEMBLY,
  },
];
