#!/usr/bin/env node
/** The command sau-simd: what is asked for is done, and what goes wrong becomes one line and an exit code. */
import { warn } from "./array-call.js";
import { backward } from "./backward.js";
import { bench } from "./bench.js";
import { EXIT, isClosedPipe, UsageError } from "./errors.js";
import { forward } from "./forward.js";
import { info } from "./info.js";
import { onnx } from "./onnx.js";
import { parseCommand } from "./options.js";
import { discardUnfinished, inStandardOutput } from "./output.js";
import { shareFewCores } from "./pipeline.js";
import { version } from "./version.js";

/** With it in the environment, errors come with their stacks. */
const DEBUG = "SAU_SIMD_DEBUG";

async function run(args: readonly string[]): Promise<void> {
  const command = parseCommand(args);
  switch (command.name) {
    case "help":
      process.stdout.write(`${command.text}\n`);
      break;
    case "version":
      process.stdout.write(`${version}\n`);
      break;
    case "forward":
      return forward(command);
    case "backward":
      return backward(command);
    case "onnx":
      return onnx(command);
    case "info":
      return info(command.json);
    case "bench":
      return bench(command.json);
  }
}

/** Ends the process. */
function fail(error: unknown): never {
  if (!isClosedPipe(error)) {
    const isShort = error instanceof Error && process.env[DEBUG] === undefined;
    warn(isShort ? error.message.replaceAll("\n", " ") : String((error as Error).stack ?? error));
  }
  process.exit(error instanceof UsageError ? EXIT.usage : EXIT.failure);
}

shareFewCores();
// However the process ends: what is not complete goes.
process.on("exit", discardUnfinished);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const) {
  // Sent again it does what it does by default, at once: process.exit would wait for reads and writes that are under
  // way, for ever where a device is stuck.
  process.once(signal, () => {
    discardUnfinished();
    process.kill(process.pid, signal);
  });
}
process.stdout.on("error", (error) => fail(inStandardOutput(error)));
// Nobody is left to be told.
process.stderr.on("error", () => {});

run(process.argv.slice(2)).catch(fail);
