/** The target of the fuzz tests of the verbs: calls on Saus of every tier, read off bytes and checked. */
import { createSauSync, type Sau } from "../../ts/index.js";
import type { WasmTier } from "../../ts/tier.js";
import { lodge } from "../support/foreign.js";
import { availableTiers } from "../support/tiers.js";
import { Choices } from "./choices.js";
import { expectSameResults, planCall, type Results, startCall } from "./verbs.js";
import { World } from "./world.js";

/** Calls in one run of bytes, one after the other on the same Saus. */
const MOST_CALLS = 6;
/** More bytes than a call reads as a rule. */
const BYTES_A_CALL = 40;

/** More bytes than a run reads as a rule. */
export const MOST_BYTES = MOST_CALLS * BYTES_A_CALL;

/** A Sau of each tier, and one of each in a memory that is another's; a Sau of another tier's to lend it arrays. */
class Worlds {
  readonly #other = createSauSync({ tier: "js" });
  readonly #saus: Sau[] = [];
  readonly worlds: readonly (readonly [name: string, world: World])[];

  constructor() {
    const own = availableTiers().map((tier) => {
      const sau = createSauSync({ tier });
      this.#saus.push(sau);
      return [tier, new World(sau, this.#other)] as const;
    });
    const lent = availableTiers()
      .filter((tier): tier is WasmTier => tier !== "js")
      .map((tier) => {
        const lodger = lodge(tier);
        this.#saus.push(lodger.sau);
        return [`${tier}, in another's memory`, new World(lodger.sau, this.#other, lodger)] as const;
      });
    this.worlds = [...own, ...lent];
  }

  dispose(): void {
    for (const sau of [...this.#saus, this.#other]) sau.dispose();
  }
}

/** Runs on the same Saus: their memories grow a little in each. */
const MOST_RUNS = 1000;

let worlds = new Worlds();
let runs = 0;
/** Calls that were made, and those of them that were rightly refused. */
export const made = { calls: 0, refused: 0 };

/** Makes the calls that the bytes say. */
function run(bytes: Uint8Array): void {
  const choices = new Choices(bytes);
  for (let k = 0; k < MOST_CALLS && !choices.isOver; k++) {
    const plan = planCall(choices);
    /** By whether multiplications are fused with additions: the others give the same bits. */
    const results = new Map<boolean, Results>();
    for (const [name, world] of worlds.worlds) {
      made.calls++;
      const started = startCall(world, world.sau, plan);
      let found: Results | undefined;
      try {
        found = started.check({ value: started.result });
      } catch (error) {
        throw new Error(`on ${name}: ${(error as Error).message}`, { cause: error });
      }
      if (found === undefined) {
        made.refused++;
        continue;
      }
      const isFused = name.startsWith("relaxed");
      const expected = results.get(isFused);
      if (expected === undefined) results.set(isFused, found);
      else expectSameResults(found, expected, () => `${name} differs`);
    }
  }
}

function renew(): void {
  worlds.dispose();
  worlds = new Worlds();
}

/**
 * {@link run} on Saus that have made all calls before it. Where it fails, it is tried again on new ones, as all runs
 * after it are: what fails there too needs no history, and can be reduced.
 */
export function callVerbs(bytes: Uint8Array): void {
  runs++;
  if (runs % MOST_RUNS === 0) renew();
  try {
    run(bytes);
  } catch (error) {
    renew();
    run(bytes);
    throw new Error(`only after the calls before it: ${(error as Error).message}`, { cause: error });
  }
}

/** Calls of one run on all Saus, on average. */
export const CALLS_A_RUN = 3 * worlds.worlds.length;

/** What was done, in one line, and whether enough of it was right and enough was wrong. */
export function summary(): { readonly text: string; readonly refusedShare: number } {
  return {
    text: `${made.calls} calls, ${made.refused} rightly refused`,
    refusedShare: made.refused / made.calls,
  };
}
