/** Promise: a command line is taken for what it says, or refused with what was given and what was expected. */
import { describe, expect, it } from "vitest";
import { UsageError } from "../../ts/cli/errors.js";
import { parseCommand } from "../../ts/cli/options.js";
import { DEFAULTS } from "../../ts/params.js";

/** What forward and backward have in common, where nothing was asked for. */
const PLAIN = {
  alpha: undefined,
  beta: undefined,
  bias: undefined,
  channelAxis: undefined,
  threads: 1,
  deterministic: false,
  quiet: false,
};
const FORWARD = { name: "forward", input: "x", output: "y", ...PLAIN };
const BACKWARD = { name: "backward", input: "x", gradient: "dy", dx: undefined, json: false, ...PLAIN };
const ONNX = {
  name: "onnx",
  input: "m",
  output: "n",
  from: ["Relu"],
  nodes: undefined,
  alpha: undefined,
  beta: undefined,
  channelAxis: undefined,
  json: false,
  quiet: false,
};

describe("is taken for what it says:", () => {
  it.each<[string, object]>([
    ["--version", { name: "version" }],
    ["-v", { name: "version" }],
    ["forward x y", FORWARD],
    ["forward x y --quiet", { ...FORWARD, quiet: true }],
    ["forward x y -q", { ...FORWARD, quiet: true }],
    ["forward x y --deterministic", { ...FORWARD, deterministic: true }],
    [
      "forward x y --alpha 0.1,0.2 --beta=2 --bias b.npy",
      { ...FORWARD, alpha: "0.1,0.2", beta: "2", bias: "b.npy" },
    ],
    ["forward --alpha 1 x --beta 2 y", { ...FORWARD, alpha: "1", beta: "2" }],
    ["forward x y --alpha -0.5 --bias -.5,1", { ...FORWARD, alpha: "-0.5", bias: "-.5,1" }],
    ["forward x y --channel-axis -1", { ...FORWARD, channelAxis: -1 }],
    ["forward x y --channel-axis -64", { ...FORWARD, channelAxis: -64 }],
    ["forward x y --channel-axis 63", { ...FORWARD, channelAxis: 63 }],
    ["forward x y --threads 1", FORWARD],
    ["forward x y --threads 256", { ...FORWARD, threads: 256 }],
    ["forward - -", { ...FORWARD, input: "-", output: "-" }],
    ["forward x /dev/stdout", { ...FORWARD, output: "-" }],
    ["forward x /dev/fd/1", { ...FORWARD, output: "-" }],
    ["forward x /proc/self/fd/1", { ...FORWARD, output: "-" }],
    ["forward x /dev/fd/12", { ...FORWARD, output: "/dev/fd/12" }],
    ["forward x /dev/stdout2", { ...FORWARD, output: "/dev/stdout2" }],
    ["forward x ./dev/stdout", { ...FORWARD, output: "./dev/stdout" }],
    ["forward x a/proc/self/fd/1", { ...FORWARD, output: "a/proc/self/fd/1" }],
    ["forward x /proc/self/fd/10", { ...FORWARD, output: "/proc/self/fd/10" }],
    ["forward -- x -1", { ...FORWARD, output: "-1" }],
    ["forward x -- --5", { ...FORWARD, output: "--5" }],
    ["forward -- --x -1", { ...FORWARD, input: "--x", output: "-1" }],
    ["forward --quiet x-1 y", { ...FORWARD, input: "x-1", quiet: true }],
    ["backward x dy", BACKWARD],
    ["backward x dy --dx g --json", { ...BACKWARD, dx: "g", json: true }],
    ["backward x dy --dx /dev/stdout", { ...BACKWARD, dx: "-" }],
    ["backward - dy", { ...BACKWARD, input: "-" }],
    ["backward x -", { ...BACKWARD, gradient: "-" }],
    ["backward x dy --threads 2 --bias 1", { ...BACKWARD, threads: 2, bias: "1" }],
    ["onnx m n --from Relu", ONNX],
    ["onnx m n --from Relu,Elu --from Gelu", { ...ONNX, from: ["Relu", "Elu", "Gelu"] }],
    ["onnx m /dev/stdout --from Relu", { ...ONNX, output: "-" }],
    [
      "onnx m n --from Relu --node a --node b,c --json -q",
      { ...ONNX, nodes: ["a", "b,c"], json: true, quiet: true },
    ],
    [
      "onnx m n --from Relu --alpha -1 --beta 2 --channel-axis -3",
      { ...ONNX, alpha: "-1", beta: "2", channelAxis: -3 },
    ],
    ["info", { name: "info", json: false }],
    ["info --json", { name: "info", json: true }],
    ["bench", { name: "bench", json: false }],
    ["bench --json", { name: "bench", json: true }],
  ])("%s", (line, expected) => {
    expect(parseCommand(line.split(" "))).toEqual(expected);
  });

  it("names with spaces around them", () => {
    expect(parseCommand(["onnx", "m", "n", "--from", " Relu , Elu"])).toEqual({
      ...ONNX,
      from: ["Relu", "Elu"],
    });
  });
});

describe("is refused:", () => {
  const COMMANDS = "expected forward, backward, onnx, info or bench";
  it.each<[string[], string]>([
    [[], `a command is missing, ${COMMANDS}`],
    [["sideways"], `there is no command "sideways", ${COMMANDS}`],
    [["toString"], `there is no command "toString", ${COMMANDS}`],
    [["forward"], "IN.npy is missing: sau-simd forward IN.npy OUT.npy"],
    [["forward", "x"], "OUT.npy is missing: sau-simd forward IN.npy OUT.npy"],
    [["backward", "x"], "DY.npy is missing: sau-simd backward IN.npy DY.npy"],
    [["onnx", "m"], "OUT.onnx is missing: sau-simd onnx IN.onnx OUT.onnx"],
    [["onnx"], "IN.onnx is missing: sau-simd onnx IN.onnx OUT.onnx"],
    [["info", "x"], '"x" is one argument too many for sau-simd info'],
    [["bench", "x"], '"x" is one argument too many for sau-simd bench'],
    [["forward", "x", "y", "z", "w"], '"z" is one argument too many for sau-simd forward'],
    [["forward", "", "y"], "IN.npy is an empty name"],
    [["forward", "x", ""], "OUT.npy is an empty name"],
    [["backward", "x", "dy", "--dx", ""], "--dx is an empty name"],
    [["backward", "-", "-"], 'IN.npy and DY.npy are both "-", expected at most one of them'],
    [["onnx", "m", "n"], "--from is missing, expected what to replace, such as Relu"],
    [["forward", "x", "y", "--threads", "0"], '--threads is "0", expected a whole number from 1 to 256'],
    [["forward", "x", "y", "--threads", "257"], '--threads is "257", expected a whole number from 1 to 256'],
    [["forward", "x", "y", "--threads", "1e1"], '--threads is "1e1", expected a whole number from 1 to 256'],
    [["forward", "x", "y", "--threads", "+1"], '--threads is "+1", expected a whole number from 1 to 256'],
    [["forward", "x", "y", "--threads", ""], '--threads is "", expected a whole number from 1 to 256'],
    [["forward", "x", "y", "--threads", "12 "], '--threads is "12 ", expected a whole number from 1 to 256'],
    [
      ["forward", "x", "y", "--channel-axis", "-65"],
      '--channel-axis is "-65", expected a whole number from -64 to 63',
    ],
    [
      ["onnx", "m", "n", "--from", "Relu", "--channel-axis", "64"],
      '--channel-axis is "64", expected a whole number from -64 to 63',
    ],
  ])("%j", (args, message) => {
    let thrown: unknown;
    try {
      parseCommand(args);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UsageError);
    expect(thrown).toMatchObject({ name: "UsageError", message });
  });

  it.each<[string, RegExp]>([
    ["forward x y --gamma 1", /--gamma.*\(sau-simd forward --help lists the options\)$/],
    ["forward x y --json", /--json.*forward --help/],
    ["forward x y --dx z", /--dx.*forward --help/],
    ["forward x y --from Relu", /--from.*forward --help/],
    ["backward x dy --node a", /--node.*backward --help/],
    ["onnx m n --from Relu --bias 1", /--bias.*onnx --help/],
    ["onnx m n --from Relu --threads 1", /--threads.*onnx --help/],
    ["onnx m n --from", /--from.*onnx --help/],
    ["info --quiet", /--quiet.*info --help/],
    ["bench --alpha 1", /--alpha.*bench --help/],
    // Numbers that are no option's value.
    ["forward x--quiet -1", /-1.*forward --help/],
    ["forward x y --alpha=2 -1", /-1.*forward --help/],
    // No value of the option before it: what is behind "--" is a file.
    ["forward x --alpha -- -1", /--alpha.*forward --help/],
    // An option that takes no value, and a number for none.
    ["forward x y --quiet -1", /--quiet.*forward --help/],
    ["forward x y -q -1", /-1.*forward --help/],
  ])("%s", (line, message) => {
    expect(() => parseCommand(line.split(" "))).toThrow(UsageError);
    expect(() => parseCommand(line.split(" "))).toThrow(message);
  });
});

describe("help", () => {
  const OPTIONS = {
    forward: ["alpha", "beta", "bias", "channel-axis", "threads", "deterministic", "quiet"],
    backward: ["dx", "json", "alpha", "beta", "bias", "channel-axis", "threads", "deterministic", "quiet"],
    onnx: ["from", "node", "alpha", "beta", "channel-axis", "json", "quiet"],
    info: ["json"],
    bench: ["json"],
  };
  it.each(Object.entries(OPTIONS))("of %s has each of its options", (name, options) => {
    for (const args of [["--help"], ["-h"], ["--help", "x", "y", "z"]]) {
      const { name: asked, text } = parseCommand([name, ...args]) as { name: string; text: string };
      expect(asked).toBe("help");
      expect(text).toMatch(new RegExp(`^Usage: sau-simd ${name} `));
      for (const option of options) expect(text).toContain(`--${option}`);
    }
  });

  it("of the parameters has their defaults, and what a value is", () => {
    for (const name of ["forward", "backward", "onnx"]) {
      const { text } = parseCommand([name, "--help"]) as { text: string };
      expect(text).toContain(`slope of the negative side; ${DEFAULTS.alpha} by default`);
      expect(text).toContain(`above 0; ${DEFAULTS.beta} by default`);
      expect(text).toContain("A VALUE is a number, or one value a channel");
      if (name !== "onnx") expect(text).toContain('"-" is standard input or output.');
    }
  });

  it("of all has each command, and the exit status", () => {
    for (const option of ["--help", "-h"]) {
      const { name: asked, text } = parseCommand([option]) as { name: string; text: string };
      expect(asked).toBe("help");
      expect(text).toMatch(/^Usage: sau-simd COMMAND/);
      for (const name of Object.keys(OPTIONS)) expect(text).toMatch(new RegExp(`^  ${name} `, "m"));
      expect(text).toContain("Exit status: 0 done, 1 failed, 2 the command line cannot be used");
    }
  });
});
