/**
 * Counts the WebAssembly instructions that kernels execute: exact, whatever the engine, the processor and who
 * else is using it.
 *
 * A module is written as text, one instruction a line; a counter of its own is put at the start of every stretch
 * that nothing jumps into or out of, and what a run executes is each stretch's instructions times its counter.
 */
import binaryen from "binaryen";

/** Instructions by what they cost: v128 and float arithmetic, loads and stores, v128 constants, and the rest. */
export type Kind = "arithmetic" | "memory" | "constants" | "rest";
export type Counts = Record<Kind, number>;

/** A module whose instructions are counted. */
export interface Counted {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What `instance`, one of this module, has executed so far. */
  read(instance: WebAssembly.Instance): Counts;
}

/** Ends a stretch: control may come from elsewhere after it, or go elsewhere. */
const BOUNDARY = /^(loop|block|if|else|end|br|br_if|br_table|return|unreachable|call)\b/;

/** Moves and names values, for which a compiler that knows where they come from needs no instruction. */
const FREE = /^(local\.|[if](32|64)\.const|loop|block|if|else|end|nop|drop)/;

/**
 * Makes `bytes` count.
 *
 * @param edit changes a line of the module's text before it is counted
 */
export function counted(bytes: Uint8Array, edit: (line: string) => string = (line) => line): Counted {
  const stretches: Counts[] = [];
  const lines: string[] = [];
  let inBody = false;
  let isStart = false;
  for (const line of textOf(bytes)
    .split("\n")
    .flatMap((line) => edit(line).split("\n"))) {
    const code = line.trim();
    if (code.startsWith("(func")) [inBody, isStart] = [true, true];
    const isInstruction = inBody && code !== "" && !/^[()]/.test(code);
    if (isInstruction && isStart) {
      const counter = `$executed${stretches.length}`;
      lines.push(`global.get ${counter}`, "i64.const 1", "i64.add", `global.set ${counter}`);
      stretches.push({ arithmetic: 0, memory: 0, constants: 0, rest: 0 });
      isStart = false;
    }
    if (isInstruction && !FREE.test(code)) stretches.at(-1)![kindOf(code)]++;
    if (isInstruction && BOUNDARY.test(code)) isStart = true;
    lines.push(line);
  }
  const globals = stretches.map(
    (_, i) => `(global $executed${i} (export "executed${i}") (mut i64) (i64.const 0))`,
  );
  const firstBody = lines.findIndex((line) => line.trim().startsWith("(func"));
  lines.splice(firstBody, 0, ...globals); // after the imports
  return {
    bytes: assemble(lines.join("\n")),
    read({ exports }) {
      const total: Counts = { arithmetic: 0, memory: 0, constants: 0, rest: 0 };
      for (const [i, counts] of stretches.entries()) {
        const times = Number((exports[`executed${i}`] as WebAssembly.Global<"i64">).value);
        for (const kind of Object.keys(total) as Kind[]) total[kind] += times * counts[kind];
      }
      return total;
    },
  };
}

function kindOf(code: string): Kind {
  const [mnemonic] = code.split(" ") as [string];
  if (/\.(load|store)/.test(mnemonic)) return "memory";
  if (mnemonic === "v128.const") return "constants";
  return /^(v128|[if]\d+x\d+|f32|f64)\./.test(mnemonic) ? "arithmetic" : "rest";
}

/** The module as text, one instruction a line. */
export function textOf(bytes: Uint8Array): string {
  const module = binaryen.readBinary(bytes);
  module.setFeatures(binaryen.Features.All);
  const text = module.emitStackIR();
  module.dispose();
  return text;
}

/** The bytes of a module's text. */
export function assemble(text: string): Uint8Array<ArrayBuffer> {
  const module = binaryen.parseText(text);
  module.setFeatures(binaryen.Features.All);
  const bytes = module.emitBinary();
  module.dispose();
  return Uint8Array.from(bytes);
}
