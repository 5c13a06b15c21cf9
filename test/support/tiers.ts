/** The tiers that run on this host, so that a test over all tiers names none of them. */
import { createSauSync, type Sau, type Tier } from "../../ts/index.js";
import { TIERS } from "../../ts/tier.js";

/** The first Node whose WebAssembly has relaxed SIMD. */
const RELAXED_SIMD_SINCE = 22;

/** Tiers that a host may lack. */
function optionalTiers(): readonly Tier[] {
  return Number.parseInt(process.versions.node, 10) < RELAXED_SIMD_SINCE ? ["relaxed-simd"] : [];
}

/** The tiers that a run of tests is narrowed to, by SAU_TEST_TIERS: names with commas between. */
function askedTiers(): readonly Tier[] {
  const names = process.env.SAU_TEST_TIERS?.split(",") ?? TIERS;
  for (const name of names) {
    if (!TIERS.includes(name as Tier))
      throw new RangeError(
        `SAU_TEST_TIERS has ${JSON.stringify(name)}, expected some of ${TIERS.join(", ")}.`,
      );
  }
  return TIERS.filter((tier) => names.includes(tier));
}

/**
 * The tiers that run here, fastest first; of them those of SAU_TEST_TIERS, where it is set.
 *
 * @throws {TierUnavailableError} when one is missing that every host of this Node version has
 */
export function availableTiers(): Tier[] {
  return askedTiers().filter((tier) => {
    try {
      createSauSync({ tier }).dispose();
      return true;
    } catch (error) {
      if (optionalTiers().includes(tier) || /are not fused/.test((error as Error).message)) return false;
      throw error;
    }
  });
}

/** A Sau of its own for each tier that runs here. */
export function sauOfEachTier(): Sau[] {
  return availableTiers().map((tier) => createSauSync({ tier }));
}
