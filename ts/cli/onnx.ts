/** sau-simd onnx: a model with SAU in the place of its activations. */
import { OnnxError, type Replacement, replaceActivations } from "../onnx/index.js";
import { inFile } from "./errors.js";
import { openInput, STANDARD } from "./input.js";
import type { Command } from "./options.js";
import { openOutput } from "./output.js";
import { inParameters, readParameter } from "./parameters.js";

export async function onnx(command: Command & { name: "onnx" }): Promise<void> {
  const { from, nodes, channelAxis } = command;
  const options: Parameters<typeof replaceActivations>[1] = {
    from,
    ...(nodes !== undefined && { nodes }),
    ...(channelAxis !== undefined && { channelAxis }),
    ...(command.alpha !== undefined && { alpha: await readParameter("alpha", command.alpha) }),
    ...(command.beta !== undefined && { beta: await readParameter("beta", command.beta) }),
  };
  const input = await openInput(command.input, "a model of ONNX");
  const { model, replaced } = rewrite(input.name, await input.readAll(), options, command);
  const out = await openOutput(command.output);
  await out.write(model);
  await out.commit();
  if (command.quiet) return;
  const text = command.json ? JSON.stringify(replaced) : replaced.join("\n");
  (command.output === STANDARD ? process.stderr : process.stdout).write(`${text}\n`);
}

/** Names the file where that is at fault, and else what was asked for. */
function rewrite(
  name: string,
  bytes: Uint8Array,
  options: Parameters<typeof replaceActivations>[1],
  command: Command & { name: "onnx" },
): Replacement {
  try {
    return replaceActivations(bytes, options);
  } catch (error) {
    if (error instanceof OnnxError) throw inFile(name, error);
    throw inParameters(error, command);
  }
}
