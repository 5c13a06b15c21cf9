/** sau-simd info: what runs here, and why. */
import { availableParallelism, cpus, totalmem } from "node:os";
import { createSauSync } from "../index.js";
import { createSauPool } from "../threads/index.js";
import { TIERS } from "../tier.js";
import type { TierReport } from "../tiers.js";
import { formatBytes } from "./progress.js";
import { version } from "./version.js";

/** The program that runs this one. */
function runtime(): string {
  const { bun, deno, node } = process.versions;
  if (bun !== undefined) return `Bun ${bun}`;
  return deno === undefined ? `Node.js ${node}` : `Deno ${deno}`;
}

/** What becomes of each tier, asked for by name: "auto" stops at the first that works. */
function tryTiers(): TierReport[] {
  return TIERS.map((tier) => {
    try {
      createSauSync({ tier }).dispose();
      return { tier, available: true, reason: "works here" };
    } catch (error) {
      return { tier, available: false, reason: (error as Error).message };
    }
  });
}

export async function info(json: boolean): Promise<void> {
  const pool = await createSauPool();
  const facts = {
    version,
    runtime: runtime(),
    engine: process.versions.v8 === undefined ? undefined : `V8 ${process.versions.v8}`,
    system: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model.trim() ?? "unknown",
    memory: totalmem(),
    tier: pool.tier,
    tiers: tryTiers(),
    parallelism: availableParallelism(),
    threads: pool.threads,
    threadsReport: pool.report,
  };
  await pool.dispose();
  process.stdout.write(`${json ? JSON.stringify(facts) : toText(facts)}\n`);
}

function toText(
  facts: Readonly<Record<string, unknown>> & { tier: string; tiers: readonly TierReport[]; memory: number },
): string {
  const {
    version: own,
    runtime: host,
    engine,
    system,
    processor,
    memory,
    parallelism,
    threadsReport,
  } = facts;
  const row = (name: string, value: unknown): string => `${name.padEnd(16)}${value}`;
  return [
    row("sau-simd", own),
    row("runtime", engine === undefined ? host : `${host} (${engine}), ${system}`),
    row("processor", `${processor}, ${parallelism} threads at once, ${formatBytes(memory)}`),
    row("tier", facts.tier),
    ...facts.tiers.map(({ tier, available, reason }) =>
      row(`  ${tier} `, `${available ? "yes" : "no"}: ${reason}`),
    ),
    row("threads", threadsReport),
  ].join("\n");
}
