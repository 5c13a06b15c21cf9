/** Promise: the command gives what one call of the package on the whole array gives, whatever file it is in. */
import { spawnSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../../scripts/wasm/tiers.js";
import { createSauSync, type SauParams } from "../../ts/index.js";
import { Codec } from "../../ts/npy/dtype.js";
import {
  commandLine,
  dtype,
  header,
  parseArray,
  readArray,
  runCommand,
  temporaryFolder,
  writeArray,
} from "../support/command.js";
import { expectSameBits } from "../support/numbers.js";
import { howToRepeat, Random, runSeed } from "../support/random.js";

const FIXTURES = join(ROOT, "test", "cli", "fixtures");
const folder = temporaryFolder();
const sau = createSauSync();
const random = new Random(runSeed, 72);
const path = (name: string): string => join(folder, name);

/** Runs the command, which must say nothing but its result. */
function run(...args: string[]): string {
  const { status, stdout, stderr } = runCommand(args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.toString();
}

/** What the fixtures hold (fixtures/make.py), in the order of memory. */
function fixtureValues(fortranOrder: boolean): Float32Array {
  const values = Float32Array.from({ length: 60 }, (_, i) => (i - 30) / 8);
  if (!fortranOrder) return values;
  // Index (i, j, k) of shape (3, 4, 5) lies at i + 3 j + 12 k.
  return Float32Array.from(values, (_, at) => {
    const [i, j, k] = [at % 3, Math.floor(at / 3) % 4, Math.floor(at / 12)];
    return values[20 * i + 5 * j + k]!;
  });
}

describe("of files that numpy wrote", () => {
  const alpha = Float32Array.of(0.1, 0.2, 0.3, 0.4);

  it.each(readdirSync(FIXTURES).filter((name) => /-v\d\.npy$/.test(name)))("forward of %s", async (name) => {
    run(
      "forward",
      join(FIXTURES, name),
      path("y.npy"),
      "--beta",
      "2",
      "--alpha",
      "0.1,0.2,0.3,0.4",
      "--channel-axis",
      "-2",
    );
    const input = await parseArray(readFileSync(join(FIXTURES, name)));
    const found = await parseArray(readFileSync(path("y.npy")));
    const { dtype, fortranOrder, shape } = input;
    expect(found).toMatchObject({ dtype, fortranOrder, shape });
    const y = sau.forward(fixtureValues(fortranOrder), {
      alpha,
      beta: 2,
      shape: fortranOrder ? [5, 4, 3] : [3, 4, 5],
      channelAxis: 1,
    });
    const expected = new Codec(dtype, y);
    expected.encode(60);
    expect(Buffer.from(found.data)).toEqual(Buffer.from(expected.bytes(60)));
  });

  it("no dimension, and no elements", async () => {
    run("forward", join(FIXTURES, "no-dimension.npy"), path("y.npy"));
    expect(await parseArray(readFileSync(path("y.npy")))).toMatchObject({ shape: [] });
    expect(await readArray(path("y.npy"))).toEqual(sau.forward(Float32Array.of(1.5)));
    run("forward", join(FIXTURES, "empty.npy"), path("y.npy"), "--alpha", "1,2,3,4", "--channel-axis", "1");
    expect(readFileSync(path("y.npy"))).toEqual(readFileSync(join(FIXTURES, "empty.npy")));
  });
});

describe("of more than a few pieces", () => {
  const channels = 6;
  const shape = [2, 400_001, channels];
  const x = random.array(shape[0]! * shape[1]! * channels, -2, 2);
  const dy = random.array(x.length, -1, 1);
  writeArray(path("x.npy"), x, shape);
  writeArray(path("dy.npy"), dy, shape);
  const alpha = random.array(channels, 0, 1);
  const bias = random.array(channels, -1, 1);
  writeArray(path("alpha.npy"), alpha);
  writeArray(path("bias.npy"), bias);

  const numbers: [string[], SauParams] = [["--alpha", "-0.25", "--beta=1.5"], { alpha: -0.25, beta: 1.5 }];
  const perChannel: [string[], SauParams] = [
    ["--alpha", path("alpha.npy"), "--bias", path("bias.npy"), "--beta", "2e0", "--channel-axis", "2"],
    { alpha, bias, beta: 2, shape, channelAxis: 2 },
  ];
  const longRuns: [string[], SauParams] = [
    ["--alpha", "0.5,0.25", "--channel-axis", "0"],
    { alpha: Float32Array.of(0.5, 0.25), shape, channelAxis: 0 },
  ];

  it.each([
    ["numbers", numbers, "1"],
    ["numbers, on three threads", numbers, "3"],
    ["channels last", perChannel, "1"],
    ["channels last, on two threads", perChannel, "2"],
    ["channels first", longRuns, "1"],
  ])("%s", async (_, [options, params], threads) => {
    run("forward", path("x.npy"), path("y.npy"), ...options, "--threads", threads);
    expectSameBits(await readArray(path("y.npy")), sau.forward(x, params), () => howToRepeat);
    const want = ["alpha", "beta", ...(params.bias === undefined ? [] : ["bias" as const])] as const;
    const { dx, ...gradients } = sau.backward<SauParams, "dx" | "alpha" | "beta" | "bias">(x, dy, params, {
      want: ["dx", ...want],
    });
    const args = ["backward", path("x.npy"), path("dy.npy"), ...options, "--threads", threads];
    const printed = JSON.parse(run(...args, "--json", "--dx", path("dx.npy")));
    expectSameBits(await readArray(path("dx.npy")), dx, () => howToRepeat);
    const plain = (gradient: number | Float32Array) =>
      typeof gradient === "number" ? gradient : Array.from(gradient);
    const expected = Object.fromEntries(
      Object.entries(gradients).map(([name, gradient]) => [name, plain(gradient)]),
    );
    expect(printed, howToRepeat).toEqual(expected);
    // Without dx the same, and in words.
    const lines = Object.entries(expected).flatMap(([name, value]) =>
      Array.isArray(value) ? value.map((one, i) => `${name}[${i}] ${one}`) : [`${name} ${value}`],
    );
    expect(run(...args)).toBe(`${lines.join("\n")}\n`);
  });

  it("from standard input, to standard output", () => {
    const { status, stdout, stderr } = runCommand(["forward", "-", "-", "--beta", "3"], {
      input: readFileSync(path("x.npy")),
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const y = sau.forward(x, { beta: 3 });
    expect(stdout.equals(Buffer.concat([header(shape), new Uint8Array(y.buffer)]))).toBe(true);
  });

  it("dx to standard output, and the gradients to standard error", () => {
    const { stdout, stderr } = runCommand(["backward", "-", path("dy.npy"), "--dx", "-", "--json"], {
      input: readFileSync(path("x.npy")),
    });
    const { dx, dAlpha, dBeta } = sau.backward<SauParams, "dx" | "alpha" | "beta">(
      x,
      dy,
      {},
      {
        want: ["dx", "alpha", "beta"],
      },
    );
    expect(JSON.parse(stderr)).toEqual({ dAlpha, dBeta });
    expect(stdout.equals(Buffer.concat([header(shape), new Uint8Array(dx.buffer)]))).toBe(true);
  });

  it("in place, and through a link, which stays one", async () => {
    writeArray(path("place.npy"), x, shape);
    symlinkSync(path("place.npy"), path("link.npy"));
    run("forward", path("link.npy"), path("link.npy"), "--alpha", "0.5");
    expectSameBits(await readArray(path("place.npy")), sau.forward(x, { alpha: 0.5 }), () => howToRepeat);
    expect(readFileSync(path("link.npy")).equals(readFileSync(path("place.npy")))).toBe(true);
  });
});

it("takes a parameter's file without a dimension for a number", async () => {
  const x = Float32Array.of(-2, 1);
  writeArray(path("x.npy"), x);
  writeArray(path("number.npy"), Float32Array.of(0.5), []);
  run("forward", path("x.npy"), path("y.npy"), "--alpha", path("number.npy"));
  expectSameBits(await readArray(path("y.npy")), sau.forward(x, { alpha: 0.5 }), () => "alpha of a file");
});

describe.runIf(process.platform !== "win32")("where it writes to", () => {
  const x = Float32Array.of(-1.5, 0.25, 2);
  const y = sau.forward(x, { beta: 2 });
  const expected = Buffer.concat([header([3]), new Uint8Array(y.buffer)]);
  const command = (out: string): string =>
    [process.execPath, ...commandLine("forward", path("x.npy"), out, "--beta", "2")].join("' '");

  symlinkSync("/dev/stdout", path("to-standard"));
  it.each(["/dev/stdout", "/dev/fd/1", "/dev/fd/3", path("to-standard")])(
    "%s: what was written there before stays, and what comes after follows",
    (out) => {
      writeArray(path("x.npy"), x);
      const script = `{ echo keep; '${command(out)}'; echo after; } > '${path("out")}' 3>&1`;
      expect(spawnSync("bash", ["-c", script]).status).toBe(0);
      const whole = Buffer.concat([Buffer.from("keep\n"), expected, Buffer.from("after\n")]);
      expect(readFileSync(path("out")).equals(whole)).toBe(true);
    },
  );

  it('/dev/stdout as --dx: the gradients go to standard error, as with "-"', () => {
    writeArray(path("x.npy"), x);
    const args = ["backward", path("x.npy"), path("x.npy"), "--dx"];
    const [named, standard] = [runCommand([...args, "/dev/stdout"]), runCommand([...args, "-"])];
    expect(named).toEqual(standard);
    expect(named.stderr).toMatch(/^dAlpha .*\ndBeta .*\n$/);
  });

  it("what bash substitutes for a command", () => {
    writeArray(path("x.npy"), x);
    const script = `'${command("OUT")}'`.replace("'OUT'", `>(cat > '${path("substituted")}')`);
    // Bash does not wait for the reader by itself.
    expect(spawnSync("bash", ["-c", `${script}; wait $!`]).status).toBe(0);
    expect(readFileSync(path("substituted")).equals(expected)).toBe(true);
  });

  it("links that lead nowhere: they stay, and the file is made", () => {
    writeArray(path("x.npy"), x);
    mkdirSync(path("near/far"), { recursive: true });
    // Its ".." is the folder near, whatever the names say.
    symlinkSync("near/far", path("aside"));
    symlinkSync("aside/../made.npy", path("first"));
    symlinkSync("first", path("second"));
    run("forward", path("x.npy"), path("second"), "--beta", "2");
    for (const link of ["first", "second"]) expect(lstatSync(path(link)).isSymbolicLink()).toBe(true);
    expect(readFileSync(path("near/made.npy")).equals(expected)).toBe(true);
  });

  it("a file with the longest name there is", () => {
    writeArray(path("x.npy"), x);
    const longest = "n".repeat(255);
    run("forward", path("x.npy"), path(longest), "--beta", "2");
    expect(readFileSync(path(longest)).equals(expected)).toBe(true);
  });

  it("names with dashes and numbers behind --", () => {
    writeArray(path("--a"), x);
    const { status, stderr } = runCommand(["forward", "--beta", "2", "--", "--a", "-1.npy"], { cwd: folder });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(readFileSync(path("-1.npy")).equals(expected)).toBe(true);
  });
});

describe("backward", () => {
  it.each([[[1, 5]], [[5]], [[1, 5, 1]], [[]], [[0, 3, 4]], [[1, 1]]])(
    "takes %j in C and in Fortran order together, since they are the same",
    (shape) => {
      const values = random.array(
        shape.reduce((product, size) => product * size, 1),
        -1,
        1,
      );
      writeArray(path("c.npy"), values, shape);
      writeArray(path("fortran.npy"), values, shape, { fortranOrder: true });
      const printed = run("backward", path("c.npy"), path("c.npy"), "--beta", "2");
      expect(run("backward", path("c.npy"), path("fortran.npy"), "--beta", "2")).toBe(printed);
      expect(run("backward", path("fortran.npy"), path("c.npy"), "--beta", "2")).toBe(printed);
    },
  );

  it("takes files of different dtypes; dx has that of IN", async () => {
    const x = Float32Array.of(-1.5, 0.25, 2);
    const dy = Float32Array.of(1, -2, 0.5);
    for (const [descr, name, values] of [
      [">f8", "x.npy", x],
      ["<f2", "dy.npy", dy],
    ] as const) {
      const copy = values.slice();
      const codec = new Codec(dtype(descr), copy);
      codec.encode(3);
      writeFileSync(path(name), Buffer.concat([header([3], { dtype: dtype(descr) }), codec.bytes(3)]));
    }
    const printed = run(
      "backward",
      path("x.npy"),
      path("dy.npy"),
      "--beta",
      "1",
      "--dx",
      path("dx.npy"),
      "--json",
    );
    const { dx, dAlpha, dBeta } = sau.backward(x, dy, { alpha: 0.15, beta: 1 });
    expect(JSON.parse(printed)).toEqual({ dAlpha, dBeta });
    const found = await parseArray(readFileSync(path("dx.npy")));
    expect(found.dtype.descr).toBe(">f8");
    const view = new DataView(found.data.buffer);
    expect([0, 1, 2].map((i) => view.getFloat64(8 * i, false))).toEqual(Array.from(dx));
  });

  it("prints what JSON has no number for as a string", () => {
    writeArray(path("x.npy"), Float32Array.of(-Infinity));
    writeArray(path("dy.npy"), Float32Array.of(1));
    const printed = JSON.parse(run("backward", path("x.npy"), path("dy.npy"), "--json"));
    expect(printed).toEqual({ dAlpha: "-Infinity", dBeta: 0 });
  });
});

it.each([
  ["1 finite value", [1e300, 2, Infinity]],
  ["2 finite values", [1e300, -1e39, 2]],
])("says that %s became infinite", (what, values) => {
  writeFileSync(
    path("x.npy"),
    Buffer.concat([header([3], { dtype: dtype("<f8") }), new Uint8Array(Float64Array.from(values).buffer)]),
  );
  const { status, stderr } = runCommand(["forward", path("x.npy"), path("y.npy"), "--alpha", "1"]);
  const why = "float32, or the file's dtype, has none so large";
  expect({ status, stderr }).toEqual({ status: 0, stderr: `sau-simd: ${what} became infinite: ${why}\n` });
});

it("gives a new file the permissions that the umask leaves, and an old one its own", () => {
  writeArray(path("x.npy"), Float32Array.of(1));
  writeArray(path("old.npy"), Float32Array.of(1), [1]);
  const before = process.umask(0o027);
  try {
    run("forward", path("x.npy"), path("new.npy"));
    expect(statSync(path("new.npy")).mode & 0o777).toBe(0o640);
    runCommand(["forward", path("x.npy"), path("old.npy")]);
    expect(statSync(path("old.npy")).mode & 0o777).toBe(0o666 & ~before);
  } finally {
    process.umask(before);
  }
});

describe("beside files", () => {
  it("helps with everything, on standard output", () => {
    for (const args of [
      ["--help"],
      ...["forward", "backward", "info", "bench"].map((name) => [name, "--help"]),
    ]) {
      expect(run(...args)).toMatch(/^Usage: sau-simd/);
    }
  });

  it("knows its version", () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    expect(run("--version")).toBe(`${version}\n`);
  });

  it("info names the tier in use, and why others are not there", () => {
    const facts = JSON.parse(run("info", "--json"));
    expect(facts.tier).toBe(sau.tier);
    expect(facts.runtime).toBe(`Node.js ${process.versions.node}`);
    expect(facts.tiers).toHaveLength(4);
    for (const { available, reason } of facts.tiers)
      expect(reason).toMatch(available ? /works/ : /cannot run here/);
    const text = run("info");
    for (const { tier, reason } of facts.tiers) {
      expect(text).toMatch(new RegExp(`^ +${tier} +(yes|no): `, "m"));
      expect(text).toContain(reason);
    }
  });

  it("bench gives ratios, of times that were taken", () => {
    const { results } = JSON.parse(run("bench", "--json"));
    expect(results).toHaveLength(3);
    for (const { fasterThanPlain, timesACopy, kernel, plain, copy } of results) {
      expect(fasterThanPlain).toBe(plain / kernel);
      expect(timesACopy).toBe(kernel / copy);
      expect(copy).toBeGreaterThan(0);
    }
  });
});
