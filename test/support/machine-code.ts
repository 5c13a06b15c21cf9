/** Counts the machine instructions that V8's optimising compiler makes of kernels. */
import { spawnSync } from "node:child_process";

/** Print what TurboFan makes of each function when the module is compiled, without the baseline compiler. */
const FLAGS = ["--print-wasm-code", "--no-liftoff", "--no-wasm-lazy-compilation"];

/** Instantiates the module on standard input; an exported function's name is its index. */
const SCRIPT = `
const module = new WebAssembly.Module(require("fs").readFileSync(0));
const [{ module: from, name }] = WebAssembly.Module.imports(module);
const memory = new WebAssembly.Memory({ initial: 64 });
const { exports } = new WebAssembly.Instance(module, { [from]: { [name]: memory } });
const indices = Object.entries(exports).map(([name, kernel]) => [name, kernel.name]);
console.log("\\nexports " + JSON.stringify(indices));
`;

/** What V8 versions agree on about its code: "13.6 x64". */
export const COMPILER = `${process.versions.v8.split(".").slice(0, 2).join(".")} ${process.arch}`;

/**
 * Machine instructions by exported function, or why they cannot be counted here.
 */
export function machineInstructions(module: Uint8Array): Map<string, number> | string {
  if (process.arch !== "x64") return `code is counted on x64 alone, this is ${process.arch}`;
  const { status, stdout } = spawnSync(process.execPath, [...FLAGS, "--eval", SCRIPT], {
    input: module,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  const exports = /^exports (.*)$/m.exec(stdout);
  if (status !== 0 || exports === null) return "this engine does not compile the module";
  if (!stdout.includes("vmulps")) return "this processor lacks AVX, so that V8 makes other code";
  const sizes = new Map<string, number>();
  for (const code of stdout.split("--- WebAssembly code ---")) {
    const index = /^index: (\d+)$/m.exec(code)?.[1];
    if (index === undefined || !/^compiler: TurboFan$/m.test(code)) continue;
    const instructions = code.match(/^0x[0-9a-f]+ +[0-9a-f]+ +[0-9a-f]+ +(?!nop)/gm);
    sizes.set(index, instructions?.length ?? 0);
  }
  if (sizes.size === 0) return "this Node does not print code";
  const indices: [string, string][] = JSON.parse(exports[1]!);
  return new Map(indices.map(([name, index]) => [name, sizes.get(index) ?? Number.NaN]));
}
