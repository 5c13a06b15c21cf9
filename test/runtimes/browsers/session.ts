/** A browser that visits pages one after the other, each of which reports to this process. */
import type { Browser } from "../../../scripts/browsers.js";
import { type OpenBrowser, openBrowser } from "../../support/browsers.js";
import { type Content, type Site, serve } from "./site.js";

/** Far more than any page needs. */
const LIMIT_MS = 60_000;

/** A browser, opened with the first visit and kept until the session is disposed of. */
export class Session implements AsyncDisposable {
  #site!: Site;
  #open: OpenBrowser | undefined;
  /** Takes the report of the page that is being visited. */
  #hear: ((report: unknown) => void) | undefined;
  /** Sends the page that has reported to another one. */
  #send: ((path: string) => void) | undefined;

  private constructor(
    readonly browser: Browser,
    readonly environment: Readonly<Record<string, string>>,
  ) {}

  /**
   * @param contents see {@link serve}, `folder` too
   * @param environment variables of the browser's
   */
  static async start(
    browser: Browser,
    contents: ReadonlyMap<string, Content>,
    folder: string,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Session> {
    const session = new Session(browser, environment);
    session.#site = await serve(contents, folder, (posted) => session.#take(posted));
    return session;
  }

  /** Of the server, without a path. */
  get url(): string {
    return this.#site.url;
  }

  /** The answer to a report is the next page's path, however long that takes. */
  #take(posted: string): Promise<string> {
    const next = new Promise<string>((resolve) => {
      this.#send = resolve;
    });
    this.#hear?.(JSON.parse(posted));
    return next;
  }

  /**
   * What the page at `path` reports (client/report.ts).
   *
   * @throws {Error} where it does not report in time; the next visit begins with a new browser
   */
  async visit(path: string): Promise<unknown> {
    const report = new Promise<unknown>((resolve) => {
      this.#hear = resolve;
    });
    if (this.#open === undefined) {
      this.#open = openBrowser(this.browser, this.url + path, this.environment);
    } else {
      this.#send!(path);
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), LIMIT_MS);
    });
    const found = await Promise.race([report, late]);
    clearTimeout(timer);
    if (found !== undefined) return found;
    const printed = this.#open.messages();
    await this.#close();
    throw new Error(
      `${this.browser.name} has not reported on ${path} within ${LIMIT_MS / 1000} s. The last it printed:\n${printed}`,
    );
  }

  async #close(): Promise<void> {
    await this.#open?.[Symbol.asyncDispose]();
    this.#open = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await this.#site[Symbol.asyncDispose]();
  }
}
