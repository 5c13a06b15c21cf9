/** Runs the body and what is checked in browsers alone, and says what was found. */
import { type Entry, type Extras, type Found, run } from "../../body.js";
import { checkPool } from "./pool.js";

interface FoundHere extends Found {
  /** How long the package took to load; undefined where it came with the script. */
  readonly importMs?: number;
}

/** What a page found by running the body. */
export type Report = { readonly found: FoundHere } | { readonly error: string };

/** What a page of the docs has printed. */
export interface DocsReport {
  readonly printed: string;
}

/** The package, as a page or a worker has loaded it. */
export interface Loaded {
  readonly entry: Entry;
  readonly createSauPool: NonNullable<Extras["createSauPool"]>;
  readonly importMs?: number;
}

/** Loads the package, as ES modules. */
export async function load(entryName: string, threadsName: string): Promise<Loaded> {
  const before = performance.now();
  const entry: Entry = await import(entryName);
  const importMs = performance.now() - before;
  const { createSauPool }: Pick<Loaded, "createSauPool"> = await import(threadsName);
  return { entry, createSauPool, importMs };
}

/** Never rejects. */
export async function reportOn(loading: Promise<Loaded>): Promise<Report> {
  try {
    const { entry, createSauPool, importMs } = await loading;
    const found = await run(entry, { createSauPool });
    const failures = [...found.failures];
    if (found.threads === 2) await checkPool(entry, createSauPool, (what) => failures.push(what));
    return { found: { ...found, failures, ...(importMs !== undefined && { importMs }) } };
  } catch (error) {
    return { error: error instanceof Error ? `${error}\n${error.stack}` : String(error) };
  }
}

/** What a worker reports. */
export function reportOf(worker: Worker): Promise<Report> {
  return new Promise((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<Report>) => resolve(data);
    worker.onerror = ({ message }) => resolve({ error: `the worker does not start: ${message}` });
  });
}

/** Tells the server, which answers with the page to go to when there is one. */
export async function tell(report: Report | DocsReport): Promise<void> {
  const response = await fetch("/report", { method: "POST", body: JSON.stringify(report) });
  location.replace(await response.text());
}
