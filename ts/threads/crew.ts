/** The workers of a pool: one a seat; who dies is replaced. */
import type { Workspace } from "../memory/workspace.js";
import type { Host, HostWorker } from "./host.js";
import type { Assignment } from "./serve.js";

/** Workers of one seat that may die one after the other before they are ready; then the seat stays empty until the next call. */
const MOST_FALSE_STARTS = 4;

interface Seat {
  readonly workspace: Workspace;
  worker: HostWorker | undefined;
  /** The number of that worker. */
  owner: number;
  isReady: boolean;
  falseStarts: number;
}

/** What the crew tells of itself. */
export interface CrewListener {
  /** A worker has something to say, or is ready. */
  rung(): void;
  /** A worker is gone, and writes no more; its seat is still empty. */
  died(owner: number, workspace: Workspace): void;
}

/** The workers. */
export class Crew {
  readonly #seats: Seat[];
  #nextOwner: number;
  #isKeptAlive = true;
  #isDisposed = false;
  /** Waits for every seat to be settled: its worker is ready, or it has none. */
  #settled: (() => void) | undefined;
  /** Why the last worker died. */
  lastError: unknown;

  /**
   * @param assign what a worker is given
   * @param firstOwner the number of the first worker
   */
  constructor(
    readonly host: Host,
    workspaces: readonly Workspace[],
    readonly assign: (owner: number, workspace: Workspace) => Assignment,
    readonly ringsByMessage: boolean,
    readonly listener: CrewListener,
    firstOwner: number,
  ) {
    this.#nextOwner = firstOwner;
    this.#seats = workspaces.map((workspace) => ({
      workspace,
      worker: undefined,
      owner: 0,
      isReady: false,
      falseStarts: 0,
    }));
  }

  /** How many workers can take work now. */
  get ready(): number {
    return this.#seats.filter(({ isReady }) => isReady).length;
  }

  /** Starts a worker in each seat; settles once each is ready, or its seat stays empty. */
  async start(): Promise<void> {
    const settled = new Promise<void>((resolve) => {
      this.#settled = resolve;
    });
    for (const seat of this.#seats) this.#fill(seat);
    this.#checkSettled();
    await settled;
  }

  /** Gives each empty seat another chance. */
  muster(): void {
    for (const seat of this.#seats) if (seat.worker === undefined) this.#fill(seat);
  }

  #checkSettled(): void {
    if (this.#seats.every(({ worker, isReady }) => worker === undefined || isReady)) this.#settled?.();
  }

  #fill(seat: Seat): void {
    if (this.#isDisposed) return;
    const owner = this.#nextOwner++;
    seat.owner = owner;
    try {
      seat.worker = this.host.startWorker(this.assign(owner, seat.workspace), this.ringsByMessage, {
        message: (message) => {
          // A message can arrive after its sender is gone, or was told to go.
          const counts = seat.owner === owner && seat.worker !== undefined && !this.#isDisposed;
          if (message === "ready" && counts) {
            seat.isReady = true;
            seat.falseStarts = 0;
            this.#checkSettled();
          }
          this.listener.rung();
        },
        gone: (error) => this.#lose(seat, owner, error),
      });
      if (!this.#isKeptAlive) seat.worker.unref();
    } catch (error) {
      // The host refuses to start one at all.
      this.lastError = error;
      this.#checkSettled();
    }
  }

  #lose(seat: Seat, owner: number, error: unknown): void {
    this.lastError = error;
    if (!seat.isReady) seat.falseStarts++;
    seat.isReady = false;
    seat.worker = undefined;
    this.listener.died(owner, seat.workspace);
    if (seat.falseStarts < MOST_FALSE_STARTS) this.#fill(seat);
    else seat.falseStarts = 0;
    this.#checkSettled();
  }

  /** Whether the workers keep the process alive: while there are calls, and no longer. */
  keepAlive(alive: boolean): void {
    this.#isKeptAlive = alive;
    for (const { worker } of this.#seats) {
      if (alive) worker?.ref();
      else worker?.unref();
    }
  }

  /** Ends all workers, wherever they are; settles when they are gone. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    // Until they are gone; the process would otherwise end before who waits for this is told.
    this.keepAlive(true);
    const settled = new Promise<void>((resolve) => {
      this.#settled = resolve;
    });
    for (const seat of this.#seats) {
      seat.isReady = false;
      seat.worker?.terminate();
    }
    this.#checkSettled();
    await settled;
  }
}
