/** Browsers: each visits a page for each way. */
import { BROWSERS, type Browser, installBrowsers } from "../../../scripts/browsers.js";
import { versionOf } from "../../support/browsers.js";
import type { Context, Engine, Failure, Row, Runtime } from "../row.js";
import { ALL_TIERS, EXACT_TIERS, type Identity, type Printed, rowsOf, type Way } from "../ways.js";
import type { DocsReport, Report } from "./client/report.js";
import { contentsOf } from "./contents.js";
import { addDocsPages, type DocsPage } from "./docs.js";
import { Session } from "./session.js";
import { isIsolated, type PageWay, WAYS } from "./ways.js";

const ENGINES: Record<Browser["name"], Engine> = {
  Chromium: "V8",
  Firefox: "SpiderMonkey",
  WebKitGTK: "JavaScriptCore",
};

/** What each runs by name, where nothing forbids it. WebKit lacks relaxed SIMD. */
const BROWSER_TIERS: Record<Browser["name"], Way["tiers"]> = {
  Chromium: ALL_TIERS,
  Firefox: ALL_TIERS,
  WebKitGTK: EXACT_TIERS,
};

/** A way that visits its page. */
function visiting(
  session: Session,
  { path, way, tiers = BROWSER_TIERS[session.browser.name], pool, passedOver }: PageWay,
): Way {
  return {
    way,
    async run(): Promise<Printed> {
      const report = (await session.visit(path)) as Report;
      if ("error" in report) throw new Error(report.error);
      return report.found;
    },
    tiers,
    pool: pool instanceof RegExp ? pool : pool[session.browser.name],
    ...(passedOver && { passedOver }),
  };
}

/** The pages of the docs that do not print what they should. */
async function wrongDocs(
  session: Session,
  pages: readonly DocsPage[],
  sharesMemory: boolean,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const { name, path, printed } of pages) {
    const expected = printed(sharesMemory);
    const found = await session.visit(path).then(
      (report) => (report as DocsReport).printed,
      (error: Error) => error.message,
    );
    if (expected.test(found)) continue;
    failures.push({
      runtime: session.browser.name,
      way: name,
      error: `found ${JSON.stringify(found)}, expected ${expected}`,
    });
  }
  return failures;
}

/**
 * WebKitGTK says that a page is isolated, and has no SharedArrayBuffer even so (bugs.webkit.org, 317847). Here it is
 * visited as it is, and once more with the engine's own switch, which shows what WebKit does where it has it.
 */
const SHARED_MEMORY_SWITCH = { JSC_useSharedArrayBuffer: "1" };
const NO_SHARED_MEMORY = /^1 thread, the calling one: this host has no SharedArrayBuffer$/;

async function rowsIn(browser: Browser, { project }: Context): Promise<(Row | Failure)[]> {
  installBrowsers([browser]);
  const identity: Identity = {
    runtime: browser.name,
    version: versionOf(browser),
    engine: ENGINES[browser.name],
  };
  const contents = await contentsOf(project);
  const docsPages = addDocsPages(contents);
  const visit = async (
    ways: readonly PageWay[],
    sharesMemory: boolean,
    environment = {},
  ): Promise<(Row | Failure)[]> => {
    await using session = await Session.start(browser, contents, project, environment);
    const rows = await rowsOf(
      identity,
      ways.map((way) => visiting(session, way)),
    );
    return [...rows, ...(await wrongDocs(session, docsPages, sharesMemory))];
  };
  if (browser.name !== "WebKitGTK") return visit(WAYS, true);
  const asItIs = WAYS.map((way) => (isIsolated(way) ? { ...way, pool: NO_SHARED_MEMORY } : way));
  // Where there is no tier for threads, they make no difference.
  const threaded = WAYS.filter((way) => isIsolated(way) && way.passedOver === undefined);
  const sharing = threaded.map((way) => ({
    ...way,
    way: `${way.way}, JSC_useSharedArrayBuffer=1`,
  }));
  return [...(await visit(asItIs, false)), ...(await visit(sharing, true, SHARED_MEMORY_SWITCH))];
}

/** A runtime for each. */
export const browsers: readonly Runtime[] = BROWSERS.map((browser) => ({
  name: browser.name.toLowerCase(),
  rows: (context) => rowsIn(browser, context),
}));
