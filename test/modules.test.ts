/**
 * Promise: a shipped module is pure code made from these sources. It imports one memory and nothing else,
 * instantiating it into somebody else's memory changes no byte, and a kernel writes its outputs, the
 * block's sums and scratch, and nothing beside them.
 */
import { describe, expect, it } from "vitest";
import { provenanceFaults } from "../scripts/wasm/provenance.js";
import { impurities, readModule } from "../scripts/wasm/sections.js";
import { createSauSync } from "../ts/index.js";
import { BLOCK, ROW, SUM, UNITS } from "../ts/kernels/layout.js";
import { ADDRESS, Arena, INITIAL_PAGES, JsMemory, tableStride } from "../ts/memory/arena.js";
import { writeConstants, writeTable, writeUniform } from "../ts/memory/block.js";
import { passes } from "../ts/memory/tiles.js";
import { ParamsChecker } from "../ts/params.js";
import { WASM_TIERS } from "../ts/tier.js";
import type { KernelExports } from "../ts/wasm/kernels.js";
import { moduleBytes } from "./support/modules.js";
import { expectSameBits, randomNumbers, uniformArray, wholeBelow } from "./support/numbers.js";
import { availableTiers } from "./support/tiers.js";

const MAX_BYTES = 12288;
const PAGE = 65536;
const [FLOAT, DOUBLE] = [Float32Array.BYTES_PER_ELEMENT, Float64Array.BYTES_PER_ELEMENT];
/** Where the block's scratch begins: after the partial sums. */
const SCRATCH = BLOCK.partial + SUM.count * UNITS.columns * FLOAT;

/** Names of the kernels, as the types of the modules have them. */
const KERNELS = ["backward", "backward_channels", "backward_sums", "forward", "forward_channels"] as const;

it("the modules are those of these sources", () => {
  expect(provenanceFaults()).toEqual([]);
});

describe.each(WASM_TIERS)("the module of %s", (tier) => {
  const bytes = moduleBytes(tier);
  const { sections, imports, exports } = readModule(bytes);

  it("is pure code", () => {
    expect(impurities(bytes, tier)).toEqual([]);
    // Not by the build's own rules alone.
    expect(sections.map(({ name }) => name)).toEqual(["type", "import", "function", "export", "code"]);
  });

  it(`is at most ${MAX_BYTES} bytes long`, () => {
    expect(bytes.length).toBeLessThanOrEqual(MAX_BYTES);
  });

  it("imports one memory and nothing else", () => {
    expect(imports).toEqual([{ module: tier, name: "memory", kind: "memory" }]);
  });

  it("exports the kernels and nothing else", () => {
    const expected: readonly (keyof KernelExports)[] = KERNELS;
    expect(exports.map(({ kind }) => kind)).toEqual(expected.map(() => "function"));
    expect(exports.map(({ name }) => name).sort()).toEqual(expected);
  });
});

/** Bytes that a call may change: from, to (exclusive). */
type Span = readonly [from: number, to: number];

/** Somebody else's memory, full of random bytes, with a block and a table at places of its own. */
class DummyOwner {
  readonly memory = new WebAssembly.Memory({ initial: 4 });
  readonly bytes = new Uint8Array(this.memory.buffer);
  readonly block: number;
  readonly table: number;
  readonly totals: number;
  /** Kept apart from what the block and table take. */
  readonly arrays = PAGE;

  constructor(
    readonly random: () => number,
    readonly positions: number,
  ) {
    for (let i = 0; i < this.bytes.length; i++) this.bytes[i] = wholeBelow(256, random);
    this.block = 16 * (1 + wholeBelow(100, random));
    this.table = 8192 + FLOAT * wholeBelow(100, random);
    this.totals = 32768 + DOUBLE * wholeBelow(100, random);
  }

  get stride(): number {
    return tableStride(this.positions);
  }

  /** Writes the block and the table, and zeros where a caller must. */
  prepare(alpha: Float32Array, beta: number): void {
    const source = new Arena(new JsMemory(INITIAL_PAGES));
    writeConstants(source);
    writeUniform(source, alpha[0]!, beta);
    const shape = [this.positions];
    const params = new ParamsChecker().read({ alpha, beta, shape, channelAxis: 0 }).check(this.positions);
    const [pass] = passes(params.layout!, this.positions);
    writeTable(source, params, pass!, 1);
    const from = new Uint8Array(source.memory.buffer);
    this.bytes.set(from.subarray(ADDRESS.block, ADDRESS.block + SCRATCH), this.block);
    const tableBytes = ROW.count * this.stride * FLOAT;
    this.bytes.set(from.subarray(ADDRESS.table, ADDRESS.table + tableBytes), this.table);
    this.bytes.fill(0, ...this.totalsSpan);
  }

  /** The sums of a table and their partial sums. */
  get totalsSpan(): Span {
    return [this.totals, this.totals + SUM.count * this.stride * (DOUBLE + FLOAT)];
  }

  put(at: number, values: Float32Array): void {
    this.bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
  }

  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.bytes.slice(at, at + length * FLOAT).buffer);
  }
}

/** Where bytes differ outside of the spans that may. */
function changesBeside(before: Uint8Array, after: Uint8Array, allowed: readonly Span[]): number[] {
  const changes: number[] = [];
  for (let at = 0; at < before.length; at++) {
    if (before[at] !== after[at] && !allowed.some(([from, to]) => at >= from && at < to)) changes.push(at);
  }
  return changes;
}

const RUNNING = availableTiers();
const LENGTHS = [
  0,
  1,
  3,
  UNITS.group - 1,
  UNITS.group,
  UNITS.group + 1,
  100,
  UNITS.group * UNITS.groupsAChunk + 5,
];

describe.each(WASM_TIERS.filter((tier) => RUNNING.includes(tier)))("in another's memory, %s", (tier) => {
  const random = randomNumbers(7);
  const module = new WebAssembly.Module(moduleBytes(tier));
  const instantiate = ({ memory }: DummyOwner): KernelExports =>
    new WebAssembly.Instance(module, { [tier]: { memory } }).exports as unknown as KernelExports;
  const sau = createSauSync({ tier });

  it("changes no byte when it is instantiated", () => {
    const owner = new DummyOwner(random, 7);
    const before = owner.bytes.slice();
    instantiate(owner);
    expect(owner.memory.buffer.byteLength).toBe(before.length);
    expect(changesBeside(before, owner.bytes, [])).toEqual([]);
  });

  it.each(KERNELS)(
    "%s changes its output, the sums and scratch that it is given, and nothing else",
    (name) => {
      for (const positions of [1, 7, 100]) {
        const owner = new DummyOwner(random, positions);
        const kernels = instantiate(owner);
        const alpha = uniformArray(positions, 1, random);
        const beta = 2;
        owner.prepare(alpha, beta);
        const { block, table, totals, stride } = owner;
        for (const length of LENGTHS) {
          // Any alignment, down to a byte.
          for (const shift of [0, 4, 1, 7]) {
            const room = length * FLOAT + 64;
            const x = owner.arrays + shift;
            const dy = x + room + wholeBelow(9, random);
            const out = dy + room + wholeBelow(9, random);
            const [input, gradient] = [uniformArray(length, 4, random), uniformArray(length, 2, random)];
            owner.put(x, input);
            owner.put(dy, gradient);
            const before = owner.bytes.slice();
            if (name === "forward") kernels.forward(x, out, length, block);
            else if (name === "forward_channels") {
              kernels.forward_channels(x, out, length, 0, positions, stride, table, block);
            } else if (name === "backward_channels") {
              kernels.backward_channels(x, dy, out, length, 0, positions, stride, table, totals, block);
            } else kernels[name](x, dy, out, length, block);

            const allowed: Span[] = [
              [out, out + length * FLOAT],
              [block + (name === "backward_sums" ? BLOCK.sums : SCRATCH), block + BLOCK.size],
            ];
            if (name === "backward_channels") allowed.push(owner.totalsSpan);
            expect(changesBeside(before, owner.bytes, allowed), `length ${length}, shift ${shift}`).toEqual(
              [],
            );

            // And its output is what the verbs give.
            const perPosition = name.endsWith("channels");
            const cyclic = input.map((_, i) => alpha[i % positions]!);
            const params = perPosition
              ? { alpha: cyclic, beta, shape: [length], channelAxis: 0 }
              : { alpha: alpha[0]!, beta };
            const expected = name.startsWith("forward")
              ? sau.forward(input, params)
              : sau.backward(input, gradient, params, { want: ["dx"] }).dx;
            expectSameBits(
              owner.floats(out, length),
              expected,
              () => `${name}, length ${length}, shift ${shift}`,
            );
          }
        }
      }
    },
  );
});
