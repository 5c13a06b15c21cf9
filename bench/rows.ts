/** What is timed, in groups; within a group the rows take turns. */

import { createSauSync } from "sau-simd";
import { plainBackward, plainForward } from "../examples/digits/plain-sau.js";
import { ADDRESS } from "../ts/memory/arena.js";
import { writeUniform } from "../ts/memory/block.js";
import { activations, expectNear } from "./data.js";
import type { Row } from "./measure.js";
import { type BareModule, bareModule } from "./modules.js";
import { Reference } from "./reference.js";

/** A multiple of the prototypes' 24 and of ours that fits the first-level cache with its result. */
const N = 4080;
const LARGE = 4 * 2 ** 20;
const ALPHA = 0.15;
const ALPHAS = Float32Array.of(ALPHA);
/** A Gaussian that every element of the inputs needs, and the paper's, which almost none needs. */
const [WIDE, NARROW] = [1.7, 20000];
/** A tenth of what a wrong formula would differ by; accuracy itself is the tests' matter. */
const TOLERANCE = 1e-5;

export interface Group {
  readonly title: string;
  readonly unit: string;
  readonly rows: Row[];
}

/** One instance a tier, for one group: its block holds the group's parameters. */
function bareModules(): BareModule[] {
  return (["relaxed-simd", "simd128", "scalar"] as const)
    .map(bareModule)
    .filter((module) => module !== undefined);
}

function place(module: BareModule, values: Float32Array): number {
  const at = module.arena.allocate(values.length);
  module.arena.copyIn(at, values, 0, values.length);
  return at;
}

/** Kernel against prototype, arena to arena. */
export function kernelGroup(reference: string | undefined): Group {
  const x = activations(N);
  const y = new Float32Array(N);
  plainForward(x, ALPHAS, WIDE, y);
  const dx = new Float32Array(N);
  plainBackward(x, x, ALPHAS, WIDE, dx, new Float32Array(1));
  const rows: Row[] = [copyRow(x)];
  const modules = bareModules();
  if (reference !== undefined) {
    rows.push(...prototypeRows(reference, "simd128", x, y, dx));
    if (modules.some(({ tier }) => tier === "relaxed-simd")) {
      rows.push(...prototypeRows(reference, "relaxed-simd", x, y, dx));
    }
  }
  for (const module of modules) {
    const { arena, kernels, tier } = module;
    writeUniform(arena, ALPHA, WIDE);
    const xAt = place(module, x);
    const yAt = arena.allocate(N);
    const [forward, backward] = [`forward, ${tier}`, `backward with sums, ${tier}`];
    const hasPrototype = reference !== undefined && tier !== "scalar";
    rows.push({
      name: forward,
      elements: N,
      ...(hasPrototype ? { against: `prototype forward, ${tier}`, bar: 1.05 } : { against: "copy" }),
      run: () => kernels.forward(xAt, yAt, N, ADDRESS.block),
      check() {
        this.run();
        expectNear(forward, arena.viewAt(yAt, N), y, TOLERANCE);
      },
    });
    rows.push({
      name: `backward, dx alone, ${tier}`,
      elements: N,
      against: forward,
      run: () => kernels.backward(xAt, xAt, yAt, N, ADDRESS.block),
      check() {
        this.run();
        expectNear(this.name, arena.viewAt(yAt, N), dx, TOLERANCE);
      },
    });
    rows.push({
      name: backward,
      elements: N,
      ...(hasPrototype ? { against: `prototype backward, ${tier}`, bar: 1.15 } : { against: forward }),
      run: () => kernels.backward_sums(xAt, xAt, yAt, N, ADDRESS.block),
      check() {
        this.run();
        expectNear(backward, arena.viewAt(yAt, N), dx, TOLERANCE);
      },
    });
  }
  return { title: `Kernels, N = ${N}, beta = ${WIDE}`, unit: "ns an element", rows };
}

function prototypeRows(
  folder: string,
  tier: "simd128" | "relaxed-simd",
  x: Float32Array,
  y: Float32Array,
  dx: Float32Array,
): Row[] {
  const suffix = tier === "simd128" ? "simd" : "rel";
  const forward = new Reference(folder, `fin_${suffix}.wasm`);
  const backward = new Reference(folder, `bwd_${suffix}.wasm`);
  forward.setParameters(ALPHA, WIDE);
  backward.setParameters(ALPHA, WIDE);
  const [xAt, yAt] = [forward.place(x, 0), forward.place(y, 17)];
  const [bx, bdy, bdx] = [backward.place(x, 0), backward.place(x, 17), backward.place(dx, 34)];
  const loop = forward.loop("comp73_u6");
  const gradients = backward.loop("b_7_3_3_4_u6_qf");
  return [
    {
      name: `prototype forward, ${tier}`,
      elements: N,
      against: "copy",
      run: () => loop(xAt, yAt, N),
      check() {
        this.run();
        expectNear(this.name, forward.view(yAt, N), y, TOLERANCE);
      },
    },
    {
      name: `prototype backward, ${tier}`,
      elements: N,
      against: `prototype forward, ${tier}`,
      run: () => gradients(bx, bdy, bdx, N),
      check() {
        this.run();
        expectNear(this.name, backward.view(bdx, N), dx, TOLERANCE);
      },
    },
  ];
}

function copyRow(x: Float32Array): Row {
  const target = new Float32Array(x.length);
  return {
    name: "copy",
    elements: x.length,
    run: () => target.set(x),
    check() {
      this.run();
      expectNear("copy", target, x, 0);
    },
  };
}

/** The paper's beta on an array far larger than the caches: bound by memory. */
export function largeGroup(reference: string | undefined): Group {
  const x = activations(LARGE);
  const y = new Float32Array(LARGE);
  plainForward(x, ALPHAS, NARROW, y);
  const rows: Row[] = [copyRow(x)];
  const modules = bareModules();
  if (reference !== undefined) {
    const prototypes = new Reference(reference, "fin_simd.wasm");
    prototypes.setParameters(ALPHA, NARROW);
    const [xAt, yAt] = [prototypes.place(x, 0), prototypes.place(y, 17)];
    const relu = prototypes.loop("relu");
    rows.push({
      name: "prototype ReLU",
      elements: LARGE,
      against: "copy",
      run: () => relu(xAt, yAt, LARGE),
      check() {
        this.run();
        expectNear(
          this.name,
          prototypes.view(yAt, LARGE),
          x.map((value) => Math.max(value, 0)),
          0,
        );
      },
    });
  }
  for (const module of modules) {
    const { arena, kernels, tier } = module;
    writeUniform(arena, ALPHA, NARROW);
    const xAt = place(module, x);
    const yAt = arena.allocate(LARGE);
    rows.push({
      name: `forward, ${tier}`,
      elements: LARGE,
      ...(reference === undefined || tier === "scalar"
        ? { against: "copy" }
        : { against: "prototype ReLU", bar: 1.25 }),
      run: () => kernels.forward(xAt, yAt, LARGE, ADDRESS.block),
      check() {
        this.run();
        expectNear(this.name, arena.viewAt(yAt, LARGE), y, TOLERANCE);
      },
    });
  }
  return { title: `Kernels, N = ${LARGE}, beta = ${NARROW}`, unit: "ns an element", rows };
}

/** The verbs, as a caller meets them: plain arrays, a small call, the tier without WebAssembly. */
export function verbGroup(): Group {
  const x = activations(N);
  const y = new Float32Array(N);
  const expected = new Float32Array(N);
  plainForward(x, ALPHAS, WIDE, expected);
  const params = { alpha: ALPHA, beta: WIDE };
  const out = { out: y };
  const rows: Row[] = [
    {
      name: "plain JavaScript",
      elements: N,
      run: () => plainForward(x, ALPHAS, WIDE, y),
      check() {},
    },
  ];
  for (const tier of [createSauSync().tier, "js"] as const) {
    const sau = createSauSync({ tier });
    rows.push({
      name: `sau.forward, ${tier}`,
      elements: N,
      against: "plain JavaScript",
      run: () => sau.forward(x, params, out),
      check() {
        y.fill(0);
        this.run();
        expectNear(this.name, y, expected, TOLERANCE);
      },
    });
  }
  return { title: `Verbs on plain arrays, N = ${N}, beta = ${WIDE}`, unit: "ns an element", rows };
}

/** One small call. */
export function callGroup(): Group {
  const x = activations(16);
  const out = { out: new Float32Array(16) };
  const sau = createSauSync();
  const params = { alpha: ALPHA, beta: WIDE };
  const expected = new Float32Array(16);
  plainForward(x, ALPHAS, WIDE, expected);
  const row: Row = {
    name: `sau.forward with out, n = 16, ${sau.tier}`,
    elements: 1,
    run: () => sau.forward(x, params, out),
    check() {
      this.run();
      expectNear(this.name, out.out, expected, TOLERANCE);
    },
  };
  return { title: "One small call", unit: "ns a call", rows: [row] };
}
