/**
 * 10,000 times the host refuses to compile, to instantiate or to give a memory, and as often to make one grow. What is
 * asked for then works otherwise, or fails with the error that is documented; the next call is right, and nothing leaks.
 */
import { createSau, createSauSync, type Sau, TierUnavailableError } from "sau-simd";
import { createSauPool } from "sau-simd/threads";
import { expectSameBits } from "../../support/numbers.js";
import type { Random } from "../../support/random.js";
import { beat, Holdings, part } from "../part.js";
import { type Call, callsOf, check, tiersHere } from "../verbs.js";

const LENGTH = 192;
const COUNT = 10_000;
const POOLS = 60;
/** Refusals that come before what is held is taken: the engine compiles and optimises for as long. */
const WARM_UP = COUNT / 2;

const REFUSABLE = ["Module", "Instance", "Memory", "instantiate", "compile"] as const;

/** What the host is asked for, and what it refuses. */
class RefusingHost {
  refused = 0;
  /** Whether the next request is refused. */
  #decide: () => boolean = () => false;
  readonly #refuse = (): never => {
    this.refused++;
    throw new WebAssembly.RuntimeError("refused");
  };

  constructor() {
    const host = this;
    const { grow } = WebAssembly.Memory.prototype;
    WebAssembly.Memory.prototype.grow = function limited(pages) {
      return host.#decide() ? host.#refuse() : grow.call(this, pages);
    };
    for (const name of REFUSABLE) {
      const real = WebAssembly[name] as unknown as (...args: unknown[]) => unknown;
      const isAsync = name === "instantiate" || name === "compile";
      Object.assign(WebAssembly, {
        [name]: new Proxy(real, {
          construct: (target, args) => (host.#decide() ? host.#refuse() : Reflect.construct(target, args)),
          apply: (target, self, args) => {
            if (!host.#decide()) return Reflect.apply(target, self, args);
            return isAsync
              ? Promise.reject(new WebAssembly.CompileError(`refused ${++host.refused}`))
              : host.#refuse();
          },
        }),
      });
    }
  }

  /** Refuses what `decide` says until `act` has settled. */
  async while<T>(decide: () => boolean, act: () => T | Promise<T>): Promise<T> {
    this.#decide = decide;
    try {
      return await act();
    } finally {
      this.#decide = () => false;
    }
  }
}

/** Refusals of one to all requests. */
function decisions(random: Random): () => boolean {
  if (random.below(4) === 0) return () => true;
  const [odds, first] = [random.unit(), random.below(4)];
  let asked = 0;
  return () => asked++ === first || random.unit() < odds;
}

/** A tier by name runs, or is unavailable with the host's error as its cause. */
async function byName(create: () => Sau | Promise<Sau>): Promise<Sau | undefined> {
  try {
    return await create();
  } catch (error) {
    if (error instanceof TierUnavailableError && /refused/.test((error.cause as Error).message))
      return undefined;
    throw error;
  }
}

async function instantiations(host: RefusingHost, calls: readonly Call[], random: Random): Promise<number> {
  const tiers = tiersHere().filter((tier) => tier !== "relaxed-simd");
  const [usual] = tiers;
  let holdings: Holdings | undefined;
  for (let round = 0; host.refused < COUNT; round++) {
    if (host.refused > WARM_UP) holdings ??= await Holdings.now();
    if (round % 200 === 0) beat(`${host.refused} refused instantiations`);
    // These have the same bits.
    const options = { deterministic: true, ...(random.below(3) === 0 && { tier: random.pick(tiers) }) };
    const isAsync = random.below(2) === 0;
    const create = (): Sau | Promise<Sau> => (isAsync ? createSau(options) : createSauSync(options));
    const sau = await host.while(decisions(random), () => ("tier" in options ? byName(create) : create()));
    if (sau !== undefined) {
      check(random.pick(calls), sau, () => `after ${host.refused} refusals`);
      sau.dispose();
    }
    // Once the host refuses nothing, everything is as it was.
    if (round % 8 !== 0) continue;
    const next = await create();
    const { tier } = next;
    const expected = options.tier ?? usual;
    if (tier !== expected)
      throw new Error(`${tier} was taken after ${host.refused} refusals, expected ${expected}`);
    check(random.pick(calls), next, () => `after ${host.refused} refusals`);
    next.dispose();
  }
  return holdings!.growth();
}

/** @throws {Error} unless a refusal is the documented error */
function expectRefusal(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (error instanceof RangeError && /^alloc: the host refused \d+ more bytes/.test(error.message)) return;
    throw error;
  }
  throw new Error("memory was given though the host refused it");
}

async function growths(host: RefusingHost, calls: readonly Call[], random: Random): Promise<number> {
  const pool = await createSauPool({ threads: 1, deterministic: true });
  const subjects = [createSauSync({ tier: "simd128" }), createSauSync({ tier: "scalar" }), pool];
  const kept = subjects.map((subject) => subject.alloc(LENGTH));
  const values = random.array(LENGTH, -3, 3);
  for (const tensor of kept) tensor.array.set(values);
  let holdings: Holdings | undefined;
  for (let count = 0; count < COUNT; count++) {
    if (count === WARM_UP) holdings = await Holdings.now();
    if (count % 1000 === 0) beat(`${count} refused growths`);
    const k = random.below(subjects.length);
    const subject = subjects[k]!;
    await host.while(
      () => true,
      () => expectRefusal(() => subject.alloc(2 ** (20 + random.below(10)))),
    );
    // What there is of memory can still be had.
    const small = subject.alloc(random.below(1000));
    small.dispose();
    expectSameBits(kept[k]!.array, values, () => `a tensor after ${count} refused growths`);
    if (subject !== pool) check(random.pick(calls), subject as Sau, () => `after ${count} refused growths`);
  }
  const growth = await holdings!.growth();
  for (const subject of subjects) {
    const large = subject.alloc(2 ** 20);
    if (large.array.length !== 2 ** 20) throw new Error("no memory could be had once the host refused none");
    await subject.dispose();
  }
  return growth;
}

/** Pools whose host refuses this and that have fewer threads, or reject for want of memory. */
async function pools(host: RefusingHost, random: Random): Promise<Record<string, number>> {
  const x = random.array(2 ** 18, -3, 3);
  const expected = createSauSync({ deterministic: true }).forward(x, { beta: 2 });
  const found = { refused: 0, several: 0, alone: 0, rejected: 0 };
  const before = host.refused;
  for (let k = 0; k < POOLS; k++) {
    if (k % 10 === 0) beat(`${k} pools`);
    const options = { threads: 2, deterministic: true };
    let pool: Awaited<ReturnType<typeof createSauPool>>;
    try {
      pool = await host.while(decisions(random), () => createSauPool(options));
    } catch (error) {
      expectRefusal(() => {
        throw error;
      });
      found.rejected++;
      pool = await createSauPool(options);
      if (pool.threads !== 2) throw new Error(pool.report);
    }
    found[pool.threads === 1 ? "alone" : "several"]++;
    expectSameBits(await pool.forward(x, { beta: 2 }), expected, () => `a pool: ${pool.report}`);
    await pool.dispose();
  }
  found.refused = host.refused - before;
  return found;
}

await part(async (random) => {
  const calls = callsOf(LENGTH, createSauSync({ deterministic: true }), random);
  const host = new RefusingHost();
  const growth = await instantiations(host, calls, random);
  const { refused } = host;
  return {
    instantiations: { refused, growth },
    growths: { refused: COUNT, growth: await growths(host, calls, random) },
    pools: await pools(host, random),
  };
});
