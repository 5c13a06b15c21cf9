/**
 * Promise: each seat has a worker as long as the host gives one, whoever dies is replaced, with a number of its own, and
 * nobody is waited for in vain.
 */
import { beforeEach, describe, expect, it } from "vitest";
import { type Workspace, workspaceAt } from "../../ts/memory/workspace.js";
import { Crew } from "../../ts/threads/crew.js";
import type { Host, WorkerListeners } from "../../ts/threads/host.js";
import type { Assignment } from "../../ts/threads/serve.js";
import { withinTime } from "../support/pools.js";
import { isSettled } from "../support/turns.js";

/** A worker that does what the test says. */
interface Fake extends WorkerListeners {
  readonly assignment: Assignment;
  readonly ringsByMessage: boolean;
  isReferenced: boolean;
  isTold: boolean;
}

const FIRST_OWNER = 5;
const workspaces = [0, 2 ** 20, 2 ** 21].map((at) => workspaceAt(at, false));

let workers: Fake[];
let refusal: Error | undefined;
let rung: number;
let died: [owner: number, workspace: Workspace, startsBefore: number][];

const host: Host = {
  parallelism: 3,
  startWorker(assignment, ringsByMessage, listeners) {
    if (refusal !== undefined) throw refusal;
    const worker: Fake = { assignment, ringsByMessage, ...listeners, isReferenced: true, isTold: false };
    workers.push(worker);
    return {
      ref: () => {
        worker.isReferenced = true;
      },
      unref: () => {
        worker.isReferenced = false;
      },
      terminate: () => {
        worker.isTold = true;
      },
    };
  },
};

function newCrew(ringsByMessage = false): Crew {
  return new Crew(
    host,
    workspaces,
    (owner, workspace) => ({ owner, workspace }) as Assignment,
    ringsByMessage,
    { rung: () => rung++, died: (owner, workspace) => died.push([owner, workspace, workers.length]) },
    FIRST_OWNER,
  );
}

const last = (): Fake => workers.at(-1)!;
const owners = (): number[] => workers.map(({ assignment }) => assignment.owner);
const given = (): Workspace[] => workers.map(({ assignment }) => assignment.workspace);

/** A crew whose workers are all ready. */
async function readyCrew(): Promise<Crew> {
  const crew = newCrew();
  const started = crew.start();
  for (const worker of workers) worker.message("ready");
  await withinTime(started, "start", 1000);
  return crew;
}

beforeEach(() => {
  [workers, died, rung, refusal] = [[], [], 0, undefined];
});

describe("start", () => {
  it.each([true, false])("gives each seat a worker, and waits for all; messages: %s", async (messages) => {
    const crew = newCrew(messages);
    expect(crew.ready).toBe(0);
    const started = crew.start();
    expect(owners()).toEqual([5, 6, 7]);
    expect(given()).toEqual(workspaces);
    expect(workers.map(({ ringsByMessage }) => ringsByMessage)).toEqual([messages, messages, messages]);
    expect(workers.every(({ isReferenced }) => isReferenced)).toBe(true);
    workers[0]!.message("ready");
    workers[2]!.message("ready");
    expect([crew.ready, rung]).toEqual([2, 2]);
    workers[1]!.message("ring");
    expect([crew.ready, rung, await isSettled(started)]).toEqual([2, 3, false]);
    workers[1]!.message("ready");
    expect([crew.ready, rung, await isSettled(started)]).toEqual([3, 4, true]);
  });

  it("gives up a seat after four workers that died before they were ready", async () => {
    const crew = newCrew();
    const started = crew.start();
    const [first] = workers;
    workers[1]!.message("ready");
    workers[2]!.message("ready");
    for (let deaths = 1; deaths <= 4; deaths++) {
      expect(await isSettled(started)).toBe(false);
      (deaths === 1 ? first! : last()).gone(new Error(`death ${deaths}`));
      expect(died.at(-1)).toEqual([deaths === 1 ? 5 : 6 + deaths, workspaces[0], 1 + deaths + 1]);
    }
    expect(owners()).toEqual([5, 6, 7, 8, 9, 10]);
    expect([crew.ready, crew.lastError, await isSettled(started)]).toEqual([2, new Error("death 4"), true]);
    // What the last of them had sent before arrives.
    last().message("ready");
    expect(crew.ready).toBe(2);
    // The next call has four of its own.
    crew.muster();
    expect(owners()).toEqual([5, 6, 7, 8, 9, 10, 11]);
    for (let deaths = 1; deaths <= 4; deaths++) last().gone(new Error("again"));
    expect(workers).toHaveLength(10);
  });

  it("settles where the host refuses them", async () => {
    refusal = new Error("no threads");
    const crew = newCrew();
    await withinTime(crew.start(), "start", 1000);
    expect([crew.ready, crew.lastError, workers]).toEqual([0, refusal, []]);
    refusal = undefined;
    crew.muster();
    expect(owners()).toEqual([8, 9, 10]);
    expect(given()).toEqual(workspaces);
    crew.muster();
    expect(workers).toHaveLength(3);
  });

  it("settles where the host refuses to replace them", async () => {
    const crew = newCrew();
    const started = crew.start();
    refusal = new Error("no more threads");
    for (const worker of workers.slice(0, 2)) worker.gone(new Error("dead"));
    expect(await isSettled(started)).toBe(false);
    workers[2]!.message("ready");
    expect([crew.ready, crew.lastError, await isSettled(started)]).toEqual([1, refusal, true]);
  });
});

it("gives each seat a worker at the first call too, whoever waits for it", () => {
  refusal = new Error("no threads yet");
  const crew = newCrew();
  crew.muster();
  expect(crew.lastError).toBe(refusal);
  refusal = undefined;
  crew.muster();
  expect(given()).toEqual(workspaces);
});

describe("a worker that is gone", () => {
  it("is told of before it is replaced, and counts again once its successor is ready", async () => {
    const crew = await readyCrew();
    workers[1]!.gone(new Error("killed"));
    expect(died).toEqual([[6, workspaces[1], 3]]);
    expect([crew.ready, crew.lastError, owners().at(-1), given().at(-1)]).toEqual([
      2,
      new Error("killed"),
      8,
      workspaces[1],
    ]);
    // What it had sent before arrives.
    workers[1]!.message("ready");
    expect([crew.ready, rung]).toEqual([2, 4]);
    last().message("ready");
    expect(crew.ready).toBe(3);
  });

  it("as often as it likes, where each was ready in between", async () => {
    const crew = await readyCrew();
    for (let deaths = 0; deaths < 20; deaths++) {
      last().gone(new Error("killed"));
      expect(crew.ready).toBe(2);
      last().message("ready");
      expect(crew.ready).toBe(3);
      // A false start or three are forgiven once one is ready.
      if (deaths % 5 === 0) {
        last().gone(undefined);
        for (let falseStarts = 0; falseStarts < 3; falseStarts++) last().gone(undefined);
        last().message("ready");
        expect(crew.ready).toBe(3);
      }
    }
    expect(died).toHaveLength(20 + 4 * 4);
  });
});

describe("the process", () => {
  it("is kept alive by the workers, later ones too, until it need not be", async () => {
    const crew = await readyCrew();
    crew.keepAlive(false);
    expect(workers.map(({ isReferenced }) => isReferenced)).toEqual([false, false, false]);
    workers[0]!.gone(undefined);
    expect(last().isReferenced).toBe(false);
    crew.keepAlive(true);
    expect(workers.slice(1).map(({ isReferenced }) => isReferenced)).toEqual([true, true, true]);
    last().gone(undefined);
    expect(last().isReferenced).toBe(true);
    refusal = new Error("none");
    last().gone(undefined);
    // One seat is empty.
    crew.keepAlive(false);
    crew.keepAlive(true);
    expect(workers[1]!.isReferenced).toBe(true);
  });
});

describe("dispose", () => {
  it("tells all to go, counts on none of them, and waits until they are gone", async () => {
    const crew = await readyCrew();
    crew.keepAlive(false);
    const disposed = crew.dispose();
    expect(workers.map(({ isTold, isReferenced }) => [isTold, isReferenced])).toEqual(
      workers.map(() => [true, true]),
    );
    expect(crew.ready).toBe(0);
    workers[0]!.message("ready");
    expect(crew.ready).toBe(0);
    crew.muster();
    for (const worker of workers.slice(0, 3)) {
      expect(await isSettled(disposed)).toBe(false);
      worker.gone(undefined);
    }
    expect([await isSettled(disposed), workers.length, died.length]).toEqual([true, 3, 3]);
    crew.muster();
    expect(workers).toHaveLength(3);
  });

  it("settles at once where there are none", async () => {
    refusal = new Error("no threads");
    const crew = newCrew();
    await withinTime(crew.start(), "start", 1000);
    await withinTime(crew.dispose(), "dispose", 1000);
    expect(crew.ready).toBe(0);
  });

  it("settles while some are starting", async () => {
    const crew = newCrew();
    crew.start();
    const disposed = crew.dispose();
    for (const worker of workers.slice()) worker.gone(undefined);
    await withinTime(disposed, "dispose", 1000);
    expect(workers).toHaveLength(3);
  });
});
