/** The tiers that run on this host, so that a test over all tiers names none of them. */
import { createSauSync, type Sau, type Tier } from "../../ts/index.js";
import { TIERS } from "../../ts/tier.js";

/** The first Node whose WebAssembly has relaxed SIMD. */
const RELAXED_SIMD_SINCE = 22;

/** Tiers that a host may lack. */
function optionalTiers(): readonly Tier[] {
  return Number.parseInt(process.versions.node, 10) < RELAXED_SIMD_SINCE ? ["relaxed-simd"] : [];
}

/**
 * The tiers that run here, fastest first.
 *
 * @throws {TierUnavailableError} when one is missing that every host of this Node version has
 */
export function availableTiers(): Tier[] {
  return TIERS.filter((tier) => {
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
