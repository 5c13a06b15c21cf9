/**
 * 10,000 calls that end in the middle: kernels trap, the stack overflows, the host ends the program that made the call.
 * The next call is right, and nothing leaks.
 */
import vm from "node:vm";
import { createSauSync, type Sau } from "sau-simd";
import type { Random } from "../../support/random.js";
import { beat, Holdings, part } from "../part.js";
import { type Call, callsOf, check, tiersHere } from "../verbs.js";

const LENGTH = 192;

/** Elements of the calls that a timeout ends, which must find them at work. */
const LONG = 200_000;

/** How many of each, over all tiers. */
const COUNTS = { traps: 8000, overflows: 1500, timeouts: 500 };

/** Whether kernels are to trap. */
let isArmed = false;

/** Has every instance export kernels that trap in the middle, while {@link isArmed}: their input ends where the memory does. */
function armKernels(random: Random): void {
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function armed(module: WebAssembly.Module, imports: WebAssembly.Imports) {
    const { memory } = Object.values(imports)[0] as { memory: WebAssembly.Memory };
    const kernels = Object.entries(new Instance(module, imports).exports).map(([name, kernel]) => [
      name,
      (address: number, ...rest: number[]) => {
        const end = memory.buffer.byteLength - 4 * random.below(LENGTH);
        (kernel as (...args: number[]) => void)(isArmed ? end : address, ...rest);
      },
    ]);
    return { exports: Object.fromEntries(kernels) };
  } as unknown as typeof WebAssembly.Instance;
}

/** @throws {Error} unless the call ends with an error of that kind */
function expectEnd(act: () => unknown, isExpected: (error: Error) => boolean): void {
  try {
    act();
  } catch (error) {
    if (isExpected(error as Error)) return;
    throw error;
  }
  throw new Error("a call that was to be ended was not");
}

function trap(sau: Sau, call: Call): void {
  isArmed = true;
  try {
    expectEnd(
      () => call.run(sau),
      (error) => error instanceof WebAssembly.RuntimeError,
    );
  } finally {
    isArmed = false;
  }
}

/** Overflows the stack in the call, and on the way up in another one a few frames higher, until it has room enough. */
function overflow(sau: Sau, call: Call): number {
  let ended = 0;
  const down = (): void => {
    try {
      down();
    } catch (error) {
      try {
        call.run(sau);
      } catch (own) {
        if (!(own instanceof RangeError)) throw own;
        ended++;
        throw error;
      }
    }
  };
  down();
  return ended;
}

const context = vm.createContext({});

function timeOut(sau: Sau, call: Call, random: Random): void {
  context.run = () => call.run(sau);
  expectEnd(
    () => vm.runInContext("for (;;) run()", context, { timeout: 1 + random.below(6) }),
    (error) => (error as NodeJS.ErrnoException).code === "ERR_SCRIPT_EXECUTION_TIMEOUT",
  );
}

await part(async (random) => {
  armKernels(random);
  const subjects = tiersHere().map((tier) => {
    const [sau, untouched] = [createSauSync({ tier }), createSauSync({ tier })];
    return {
      sau,
      calls: callsOf(LENGTH, untouched, random),
      long: callsOf(LONG, untouched, random).filter(({ allocates }) => !allocates),
    };
  });
  type Subject = (typeof subjects)[number];
  const found: Record<string, unknown> = {};
  let all = 0;
  const phase = async (
    name: keyof typeof COUNTS,
    some: readonly Subject[],
    end: (subject: Subject) => number,
  ): Promise<void> => {
    let [ended, rounds] = [0, 0];
    let holdings: Holdings | undefined;
    for (; ended < COUNTS[name]; rounds++) {
      // The engine compiles and optimises for as long.
      if (ended >= COUNTS[name] / 2) holdings ??= await Holdings.now();
      const subject = random.pick(some);
      ended += end(subject);
      check(random.pick(subject.calls), subject.sau, () => `after ${ended} ${name}`);
      if (rounds % 100 === 0) beat(`${ended} ${name}`);
    }
    for (const { sau, calls } of some) for (const call of calls) check(call, sau, () => `after all ${name}`);
    found[name] = { ended, growth: await holdings!.growth() };
    all += ended;
  };
  // JavaScript has no kernels that trap.
  const modules = subjects.filter(({ sau }) => sau.tier !== "js");
  await phase("traps", modules, ({ sau, calls }) => {
    trap(sau, random.pick(calls));
    return 1;
  });
  await phase("overflows", subjects, ({ sau, calls }) => overflow(sau, random.pick(calls)));
  await phase("timeouts", subjects, ({ sau, long }) => {
    timeOut(sau, random.pick(long), random);
    return 1;
  });
  if (all < 10_000) throw new Error(`only ${all} calls were ended, expected 10,000`);
  return { tiers: subjects.map(({ sau }) => sau.tier), ended: all, ...found };
});
