/**
 * Nanoseconds a call of each function takes: the least of many rounds. Every round times every
 * function once, one after the other, so that what disturbs the machine disturbs all alike.
 */
export function timeCalls(functions: readonly (() => void)[], rounds: number): number[] {
  const repeats = functions.map(warmUp);
  const least = functions.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < rounds; round++) {
    functions.forEach((call, f) => {
      least[f] = Math.min(least[f], timeOnce(call, repeats[f]));
    });
  }
  return least;
}

const WARM_UP_MS = 30;
const SAMPLE_MS = 0.5;

/** Calls until the compiler has settled; returns how many calls make a sample of SAMPLE_MS. */
function warmUp(call: () => void): number {
  const end = performance.now() + WARM_UP_MS;
  while (performance.now() < end) call();
  let repeats = 1;
  while (timeOnce(call, repeats) * repeats < SAMPLE_MS * 1e6) repeats *= 2;
  return repeats;
}

function timeOnce(call: () => void, repeats: number): number {
  const start = performance.now();
  for (let i = 0; i < repeats; i++) call();
  return ((performance.now() - start) * 1e6) / repeats;
}
