/**
 * What the unit tests import of vitest, for a process of plain Node: its runner, its matchers and its spies, which are
 * packages of their own. vitest itself starts only in workers that it has started.
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from "@vitest/expect";
import { getCurrentTest } from "@vitest/runner";
import { fn, restoreAllMocks, spyOn } from "@vitest/spy";

export {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  it,
  onTestFinished,
  test,
} from "@vitest/runner";

export const TestRunner = { getCurrentTest };

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);

/** As vitest makes it, without what needs a test's name: snapshots, polls, counts of assertions. */
export const expect = Object.assign(
  (value: unknown, message?: string) => chai.expect(value, message),
  chai.expect,
  (globalThis as never)[ASYMMETRIC_MATCHERS_OBJECT],
);
setState({}, expect as never);

/** What globals were before they were replaced. */
const replaced = new Map<string, PropertyDescriptor | undefined>();

/** Those of vitest's utilities that the tests here use. */
export const vi = {
  fn,
  restoreAllMocks,
  spyOn,
  stubGlobal(name: string, value: unknown): void {
    if (!replaced.has(name)) replaced.set(name, Object.getOwnPropertyDescriptor(globalThis, name));
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: true });
  },
  unstubAllGlobals(): void {
    for (const [name, descriptor] of replaced) {
      if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
    replaced.clear();
  },
};
