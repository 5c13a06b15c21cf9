/** Turns of the event loop, which what is under way takes; and whether a promise has settled by then. */

/** One turn: what was due before it is done. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Whether `promise` has settled, in one way or the other, a turn later. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  await turn();
  return settled;
}
