/** sau-simd backward: the parameters' gradients, and the gradient of every value of a file. */
import { formatShape, type NpyHeader } from "../npy/header.js";
import { runCall } from "./array-call.js";
import { ArrayInput } from "./array-file.js";
import { FileError } from "./errors.js";
import { STANDARD } from "./input.js";
import type { Command } from "./options.js";

type Gradients = Readonly<Record<string, number | Float32Array>>;

export async function backward(command: Command & { name: "backward" }): Promise<void> {
  const x = await ArrayInput.open(command.input);
  const dy = await ArrayInput.open(command.gradient);
  checkAlike(x, dy);
  const want = ["alpha", "beta", ...(command.bias === undefined ? [] : ["bias" as const])] as const;
  const wanted = command.dx === undefined ? want : (["dx", ...want] as const);
  const gradients = (await runCall([x, dy], command.dx, command, wanted)) as Gradients;
  const text = command.json ? toJson(gradients) : toText(gradients);
  (command.dx === STANDARD ? process.stderr : process.stdout).write(`${text}\n`);
}

/** @throws {FileError} unless both have their values in the same order of memory */
function checkAlike(x: ArrayInput, dy: ArrayInput): void {
  const [xShape, dyShape] = [x.header.shape, dy.header.shape].map(formatShape);
  if (xShape !== dyShape)
    throw new FileError(dy.name, `its shape is ${dyShape}, expected ${xShape} as of ${x.name}`);
  if (x.header.fortranOrder === dy.header.fortranOrder || isFlat(x.header)) return;
  const order = ({ header }: ArrayInput): string => (header.fortranOrder ? "Fortran" : "C");
  const what = `it is in ${order(dy)} order, expected ${order(x)} order as of ${x.name}`;
  throw new FileError(
    dy.name,
    `${what}: numpy.${x.header.fortranOrder ? "asfortranarray" : "ascontiguousarray"} changes it`,
  );
}

/** Whether both orders of memory are the same: at most one dimension is longer than 1, or there is no element. */
function isFlat({ shape }: NpyHeader): boolean {
  return shape.filter((size) => size !== 1).length <= 1 || shape.includes(0);
}

/** Numbers that JSON has not become strings, as Python's float() and JavaScript's Number() read them. */
function toJson(gradients: Gradients): string {
  const plain = (value: number): number | string => (Number.isFinite(value) ? value : String(value));
  const entries = Object.entries(gradients).map(([name, gradient]) => [
    name,
    typeof gradient === "number" ? plain(gradient) : Array.from(gradient, plain),
  ]);
  return JSON.stringify(Object.fromEntries(entries));
}

function toText(gradients: Gradients): string {
  return Object.entries(gradients)
    .flatMap(([name, gradient]) =>
      typeof gradient === "number"
        ? [`${name} ${gradient}`]
        : Array.from(gradient, (value, channel) => `${name}[${channel}] ${value}`),
    )
    .join("\n");
}
