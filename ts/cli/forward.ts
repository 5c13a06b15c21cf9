/** sau-simd forward: SAU of every value of a file. */
import { runCall } from "./array-call.js";
import { ArrayInput } from "./array-file.js";
import type { Command } from "./options.js";

export async function forward(command: Command & { name: "forward" }): Promise<void> {
  const x = await ArrayInput.open(command.input);
  await runCall([x], command.output, command);
}
