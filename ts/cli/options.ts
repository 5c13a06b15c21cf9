/** The command line: what can be asked for, and what was. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { FIRST_AXIS, LAST_AXIS } from "../dimensions.js";
import { DEFAULTS } from "../params.js";
import { UsageError } from "./errors.js";
import { STANDARD } from "./input.js";

const BETA_HELP = `  --beta VALUE        inverse width of the smooth part, above 0; ${DEFAULTS.beta} by default`;

const VALUE_HELP = `A VALUE is a number, or one value a channel: numbers with commas between them, or a .npy file of one dimension. One
without a dimension is a number.`;

const PARAMETERS_HELP = `  --alpha VALUE       slope of the negative side; ${DEFAULTS.alpha} by default
${BETA_HELP}
  --bias VALUE        added to the input first; none by default
  --channel-axis N    the axis that values a channel lie along; negative counts from the end
  --threads N         threads that compute, 1 to 256; 1 by default, which keeps up with most disks.
                      The results have the same bits for any number of them
  --deterministic     the same bits on every machine
  --quiet, -q         no progress bar

${VALUE_HELP}`;

const FILES_HELP = `Files are .npy of float16, float32 or float64 in either byte order and any memory order, as large as you like.
"-" is standard input or output. Results have the input's dtype and order, and are computed in float32.`;

const HELPS = {
  forward: `Usage: sau-simd forward IN.npy OUT.npy [options]

Writes SAU of every value of IN to OUT, which may be the same file. OUT appears when it is complete.

${PARAMETERS_HELP}

${FILES_HELP}

Examples:
  sau-simd forward x.npy y.npy --beta 2
  sau-simd forward x.npy y.npy --alpha 0.1,0.2,0.3 --channel-axis 1
  zcat x.npy.gz | sau-simd forward - - | gzip > y.npy.gz`,

  backward: `Usage: sau-simd backward IN.npy DY.npy [--dx OUT.npy] [options]

Prints the gradients of alpha, beta and, if it is given, bias, of the sum of SAU(IN) DY. A gradient has the bits that
one call on the whole array gives.

  --dx OUT.npy        writes the gradient of IN to OUT. If that is "-", the others are printed to standard error
  --json              prints one line of JSON: a number each, or an array with one a channel
${PARAMETERS_HELP}

${FILES_HELP}

Example:
  sau-simd backward x.npy dy.npy --dx dx.npy --alpha alpha.npy --channel-axis -1 --json`,

  onnx: `Usage: sau-simd onnx IN.onnx OUT.onnx --from OPERATORS [options]

Writes the model IN to OUT with SAU in the place of its activations, and prints the names of the nodes. The result runs
wherever ONNX runs. OUT may be the same file, and appears when it is complete; if it is "-", the names are printed to
standard error. A model with data in other files goes on reading them from the folder that it lies in.

  --from OPERATORS    what is replaced, with commas between: Relu, LeakyRelu, PRelu, Gelu and so on; Clip where it cuts
                      off at 0, as ReLU6 does
  --node NAME         only this node; again for others. One without a name goes by its output's
  --alpha VALUE       slope of the negative side; ${DEFAULTS.alpha} by default, but LeakyRelu and PRelu keep their own
${BETA_HELP}
  --channel-axis N    the axis that values a channel lie along; by default 1, that of NCHW. Negative counts from the
                      end, which is needed where the model lacks shapes
  --json              prints the names as one line of JSON
  --quiet, -q         prints nothing

${VALUE_HELP}

Example:
  sau-simd onnx model.onnx sau.onnx --from Relu,LeakyRelu --alpha 0.15 --beta 20000`,

  info: `Usage: sau-simd info [--json]

Says which runtime this is, which tiers run in it and why others do not, and how many threads there are.`,

  bench: `Usage: sau-simd bench [--json]

Times SAU on this machine beside plain JavaScript and beside copying the same memory, in about ten seconds.
Each turn runs every row once; a row's time is its least over all turns.`,
} as const;

/** Its commands. */
export type CommandName = keyof typeof HELPS;

const COMMANDS = "forward, backward, onnx, info or bench";

const SUMMARY = `Usage: sau-simd COMMAND ...

The Smooth Activation Unit on .npy files of any size, and in models of ONNX.

  forward IN.npy OUT.npy    writes SAU of every value
  backward IN.npy DY.npy    prints the parameters' gradients; --dx OUT.npy writes the input's
  onnx IN.onnx OUT.onnx     replaces a model's activations: --from Relu
  info                      what runs here, and why
  bench                     how fast

  sau-simd COMMAND --help   the options of one of them
  sau-simd --version

Exit status: 0 done, 1 failed, 2 the command line cannot be used; in a shell 128 and the signal's number for what a
signal ended, such as 130 for Ctrl-C.`;

/** What forward and backward have in common. */
export interface ArrayOptions {
  readonly alpha: string | undefined;
  readonly beta: string | undefined;
  readonly bias: string | undefined;
  readonly channelAxis: number | undefined;
  readonly threads: number;
  readonly deterministic: boolean;
  readonly quiet: boolean;
}

/** What was asked for. */
export type Command =
  | { readonly name: "help"; readonly text: string }
  | { readonly name: "version" }
  | ({ readonly name: "forward"; readonly input: string; readonly output: string } & ArrayOptions)
  | ({
      readonly name: "backward";
      readonly input: string;
      readonly gradient: string;
      readonly dx: string | undefined;
      readonly json: boolean;
    } & ArrayOptions)
  | {
      readonly name: "onnx";
      readonly input: string;
      readonly output: string;
      readonly from: readonly string[];
      readonly nodes: readonly string[] | undefined;
      readonly alpha: string | undefined;
      readonly beta: string | undefined;
      readonly channelAxis: number | undefined;
      readonly json: boolean;
      readonly quiet: boolean;
    }
  | { readonly name: "info" | "bench"; readonly json: boolean };

const HELP_OPTION = { help: { type: "boolean", short: "h", default: false } } as const;
const JSON_OPTION = { json: { type: "boolean", default: false } } as const;
const PARAMETER_OPTIONS = {
  alpha: { type: "string" },
  beta: { type: "string" },
  "channel-axis": { type: "string" },
  quiet: { type: "boolean", short: "q", default: false },
} as const;
const ARRAY_OPTIONS = {
  ...PARAMETER_OPTIONS,
  bias: { type: "string" },
  threads: { type: "string" },
  deterministic: { type: "boolean", default: false },
} as const;
const ONNX_OPTIONS = {
  ...PARAMETER_OPTIONS,
  from: { type: "string", multiple: true },
  node: { type: "string", multiple: true },
} as const;

const OPTIONS = {
  forward: { ...HELP_OPTION, ...ARRAY_OPTIONS },
  backward: { ...HELP_OPTION, ...ARRAY_OPTIONS, ...JSON_OPTION, dx: { type: "string" } },
  onnx: { ...HELP_OPTION, ...ONNX_OPTIONS, ...JSON_OPTION },
  info: { ...HELP_OPTION, ...JSON_OPTION },
  bench: { ...HELP_OPTION, ...JSON_OPTION },
} as const;

const FILES = {
  forward: ["IN.npy", "OUT.npy"],
  backward: ["IN.npy", "DY.npy"],
  onnx: ["IN.onnx", "OUT.onnx"],
  info: [],
  bench: [],
} as const;

const MOST_THREADS = 256;

/**
 * Reads the command line.
 *
 * @param args without the program's own name
 * @throws {UsageError} naming what was given and what was expected
 */
export function parseCommand(args: readonly string[]): Command {
  const [name, ...rest] = args;
  if (name === undefined) throw new UsageError(`a command is missing, expected ${COMMANDS}`);
  if (name === "--help" || name === "-h") return { name: "help", text: SUMMARY };
  if (name === "--version" || name === "-v") return { name: "version" };
  if (!isCommand(name)) {
    throw new UsageError(`there is no command "${name}", expected ${COMMANDS}`);
  }
  const { values, positionals } = parsed(name, rest);
  if (values.help) return { name: "help", text: HELPS[name] };
  const [first, second] = checkFiles(name, positionals);
  const json = values.json ?? false;
  if (name === "info" || name === "bench") return { name, json };
  const { alpha, beta, bias, threads, deterministic = false, quiet = false, dx } = values;
  const channelAxis = wholeNumber("--channel-axis", values["channel-axis"], FIRST_AXIS, LAST_AXIS);
  if (name === "onnx") {
    const from = (values.from ?? []).flatMap((names) => names.split(",")).map((each) => each.trim());
    if (from.length === 0) throw new UsageError("--from is missing, expected what to replace, such as Relu");
    const { node: nodes } = values;
    const output = outputName(second!);
    return { name, input: first!, output, from, nodes, alpha, beta, channelAxis, json, quiet };
  }
  const options = {
    alpha,
    beta,
    bias,
    channelAxis,
    threads: wholeNumber("--threads", threads, 1, MOST_THREADS) ?? 1,
    deterministic,
    quiet,
  };
  if (name === "forward") return { name, input: first!, output: outputName(second!), ...options };
  if (first === STANDARD && second === STANDARD) {
    throw new UsageError('IN.npy and DY.npy are both "-", expected at most one of them');
  }
  if (dx === "") throw new UsageError("--dx is an empty name");
  const out = dx === undefined ? undefined : outputName(dx);
  return { name, input: first!, gradient: second!, dx: out, json, ...options };
}

/** Where results go: the system's names of standard output mean the same as "-". */
function outputName(path: string): string {
  return /^\/dev\/(stdout|fd\/1)$|^\/proc\/self\/fd\/1$/.test(path) ? STANDARD : path;
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(HELPS, name);
}

/** Values of the options of all commands. */
type Values = ReturnType<
  typeof parseArgs<{ options: (typeof OPTIONS)["backward"] & (typeof OPTIONS)["onnx"] }>
>["values"];

function parsed(
  name: CommandName,
  args: readonly string[],
): { values: Partial<Values>; positionals: string[] } {
  const options: ParseArgsConfig["options"] = OPTIONS[name];
  try {
    const { values, positionals } = parseArgs({
      args: withNegativeValues(args),
      allowPositionals: true,
      options,
    });
    return { values: values as Partial<Values>, positionals };
  } catch (error) {
    throw new UsageError(`${(error as Error).message} (sau-simd ${name} --help lists the options)`);
  }
}

/**
 * Joins an option and the negative number behind it, which would else be taken for another option. Behind "--" there
 * are no options.
 */
function withNegativeValues(args: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1) ?? "";
    const isValue = /^-[\d.]/.test(arg) && !joined.includes("--");
    if (isValue && /^--[a-z-]+$/.test(before)) {
      joined[joined.length - 1] = `${before}=${arg}`;
    } else {
      joined.push(arg);
    }
  }
  return joined;
}

function checkFiles(name: CommandName, found: readonly string[]): readonly string[] {
  const expected = FILES[name];
  const missing = expected[found.length];
  if (missing !== undefined)
    throw new UsageError(`${missing} is missing: sau-simd ${name} ${expected.join(" ")}`);
  if (found.length > expected.length) {
    throw new UsageError(`"${found[expected.length]}" is one argument too many for sau-simd ${name}`);
  }
  const empty = found.indexOf("");
  if (empty >= 0) throw new UsageError(`${expected[empty]} is an empty name`);
  return found;
}

function wholeNumber(
  option: string,
  given: string | undefined,
  from: number,
  to: number,
): number | undefined {
  if (given === undefined) return undefined;
  const value = Number(given);
  if (/^-?\d+$/.test(given) && value >= from && value <= to) return value;
  throw new UsageError(`${option} is "${given}", expected a whole number from ${from} to ${to}`);
}
