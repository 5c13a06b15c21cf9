/** The command line. */
import { OptionError, parseOptions } from "./command-line.js";
import type { DataName } from "./data/dataset.js";
import { DATA_NAMES } from "./data/index.js";
import { ACTIVATION_NAMES, type ActivationName } from "./nets/activations.js";
import { NETS } from "./nets/index.js";
import { countSteps, defaultSchedule, type Run, type Schedule } from "./settings.js";

export interface Options {
  readonly help: boolean;
  readonly runs: readonly Run[];
  readonly data: DataName;
  readonly path: string | undefined;
  readonly backend: "wasm" | "cpu";
  readonly results: string;
  readonly save: string | undefined;
}

const BACKENDS = ["wasm", "cpu"] as const;

/** What --save takes: networks whose layers save/onnx.ts knows. */
const SAVED: { readonly nets: readonly string[]; readonly activations: readonly ActivationName[] } = {
  nets: ["cnn"],
  activations: ["sau", "sau-beta-1"],
};

/** What --quick trains with: to see that everything works. */
const QUICK: Partial<Schedule> = { images: 128, testImages: 100, batch: 32, epochs: 0.5, checks: 1 };

export const HELP = `Trains networks with SAU and with other activations, on equal terms.

npm run example:training -- [options]

  --data NAME         ${DATA_NAMES.join(", ")} (default fashion-mnist)
  --path DIR          the folder of the data's files, where no package has put them
  --net NAME          ${[...NETS.keys()].join(", ")} (default cnn)
  --activations LIST  of ${ACTIVATION_NAMES.join(",")} (default all)
  --seeds LIST        whole numbers and ranges, such as 1-3,7 (default 1-5)
  --epochs N          how often each training image is seen
  --images N          how many training images are used, the first of the set
  --batch N           images a step
  --rate R            the learning rate at the start
  --checks N          how often the network is tried on the test images
  --backend NAME      TensorFlow.js's: ${BACKENDS.join(", ")} (default wasm)
  --results FILE      where results are appended, a line a run (default training-results.jsonl);
                      runs that it has are not done again; all of one --backend
  --save DIR          writes the network of the one run asked for, as TensorFlow.js and ONNX have it:
                      ${SAVED.nets.join(", ")} with ${SAVED.activations.join(" or ")}
  --quick             two steps of each activation on both small networks, one seed
  --help              this text

The work can be split: several programs with other --seeds or --activations, each with a file of its own.`;

export function readOptions(args: readonly string[]): Options {
  const given = parse(args);
  const data = oneOf("data", given.data ?? "fashion-mnist", DATA_NAMES);
  const net = oneOf("net", given.net ?? "cnn", [...NETS.keys()]);
  const activations = [...new Set(given.activations?.split(",") ?? ACTIVATION_NAMES)].map((name) =>
    oneOf("activations", name, ACTIVATION_NAMES),
  );
  const seeds = given.quick ? [1] : readSeeds(given.seeds ?? "1-5");
  const nets = given.quick && given.net === undefined ? ["cnn", "shufflenet-narrow"] : [net];
  // Seed by seed, so that a file that is not complete compares what it has, and time is measured side by side.
  const runs = nets.flatMap((one) =>
    seeds.flatMap((seed) =>
      activations.map((activation) => ({
        data,
        net: one,
        schedule: readSchedule(given, data, one),
        activation,
        seed,
      })),
    ),
  );
  if (given.save !== undefined) checkSaved(runs);
  return {
    help: given.help ?? false,
    runs,
    data,
    path: given.path,
    backend: oneOf("backend", given.backend ?? "wasm", BACKENDS),
    results: given.results ?? "training-results.jsonl",
    save: given.save,
  };
}

function checkSaved(runs: readonly Run[]): void {
  const [run] = runs;
  if (run === undefined || runs.length !== 1) {
    throw new OptionError(
      `--save was given with ${runs.length} runs, expected one: one of --activations, one of --seeds`,
    );
  }
  const { net, activation } = run;
  if (SAVED.nets.includes(net) && SAVED.activations.includes(activation)) return;
  throw new OptionError(
    `--save was given with ${net} and ${activation}, expected ${SAVED.nets.join(", ")} with ` +
      `${SAVED.activations.join(" or ")}: other layers are not written as ONNX`,
  );
}

type Given = ReturnType<typeof parse>;

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = {
    data: text,
    path: text,
    net: text,
    activations: text,
    seeds: text,
    epochs: text,
    images: text,
    batch: text,
    rate: text,
    checks: text,
    backend: text,
    results: text,
    save: text,
    quick: flag,
    help: flag,
  };
  return parseOptions({ args: [...args], options }).values;
}

function readSchedule(given: Given, data: DataName, net: string): Schedule {
  const base = { ...defaultSchedule(data, net), ...(given.quick && QUICK) };
  const number = (name: "epochs" | "images" | "batch" | "rate" | "checks", whole: boolean): number => {
    const text = given[name];
    if (text === undefined) return base[name];
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value > 0 && (!whole || Number.isInteger(value))) return value;
    throw new OptionError(`--${name} is "${text}", expected a ${whole ? "whole " : ""}number above 0`);
  };
  const schedule = {
    ...base,
    epochs: number("epochs", false),
    images: number("images", true),
    batch: number("batch", true),
    rate: number("rate", false),
    checks: number("checks", true),
  };
  if (schedule.batch > schedule.images) {
    throw new OptionError(`--batch is ${schedule.batch}, expected at most the ${schedule.images} images`);
  }
  if (countSteps(schedule) < schedule.checks) {
    throw new OptionError(
      `${schedule.epochs} epochs of ${schedule.images} images in batches of ${schedule.batch} are ` +
        `${countSteps(schedule)} steps, expected at least the ${schedule.checks} of --checks`,
    );
  }
  return schedule;
}

function readSeeds(text: string): number[] {
  const fail = (): never => {
    throw new OptionError(`--seeds is "${text}", expected whole numbers and ranges, such as 1-3,7`);
  };
  const seeds = text.split(",").flatMap((part) => {
    const [, from, to = from] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part) ?? fail();
    const [first, last] = [Number(from), Number(to)];
    return first > last ? fail() : Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return [...new Set(seeds)];
}

function oneOf<Name extends string>(option: string, given: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === given);
  if (found === undefined)
    throw new OptionError(`--${option} has "${given}", expected one of ${names.join(", ")}`);
  return found;
}
