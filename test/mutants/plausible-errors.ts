/** Errors that are easily made here, from the formula to the arena. */
import type { Mutant } from "./mutant.js";

const PARAMS = "ts/params.ts";
const BLOCK = "ts/memory/block.ts";
const GRADIENT_CODE = "ts/gradients.ts";
const STREAM = "ts/memory/stream.ts";
const TILES = "ts/memory/tiles.ts";
const KERNELS = "ts/kernels/js.ts";

const SPECIAL = ["test/special-values.test.ts"];
const BITS = ["test/same-bits.test.ts"];
const OPTIONS = ["test/options.test.ts"];
const GRADIENTS = ["test/gradients.test.ts"];
const SUMS = ["test/sums.test.ts"];
const CHANNELS = ["test/channels.test.ts"];
const ERRORS = ["test/errors.test.ts"];
const BATCH = ["test/batch.test.ts"];
const ARENA = ["test/arena.test.ts"];
const HAZARDS = ["test/hazards.test.ts", "test/special-values.test.ts"];

const FORMULA: readonly Mutant[] = [
  {
    name: "the smooth part lacks 1 - alpha, on every tier",
    file: PARAMS,
    from: "fround((smooth.unit * (1 - alpha)) / beta)",
    to: "fround(smooth.unit / beta)",
    tests: SPECIAL,
  },
  {
    name: "erf of beta x, without 1 / sqrt(2)",
    file: PARAMS,
    from: "return fround(Math.max(argumentScale * beta, SMALLEST));",
    to: "return fround(Math.max(argumentScale * Math.SQRT2 * beta, SMALLEST));",
    tests: SPECIAL,
  },
  {
    name: "beta is a width, not its inverse",
    file: PARAMS,
    from: "return fround(Math.max(argumentScale * beta, SMALLEST));",
    to: "return fround(Math.max(argumentScale / beta, SMALLEST));",
    tests: SPECIAL,
  },
  {
    name: "the default of alpha is PReLU's",
    file: PARAMS,
    from: "{ alpha: 0.15, beta: 20000 } as const",
    to: "{ alpha: 0.25, beta: 20000 } as const",
    tests: OPTIONS,
  },
  {
    name: "the default of beta is off by ten",
    file: PARAMS,
    from: "{ alpha: 0.15, beta: 20000 } as const",
    to: "{ alpha: 0.15, beta: 2000 } as const",
    tests: OPTIONS,
  },
  {
    name: "the slope's smooth part is twice as large",
    file: PARAMS,
    from: "const scale = (tail.unit / 2) * (alpha - 1);",
    to: "const scale = (tail.unit / 2) * (alpha - 1) * 2;",
    tests: GRADIENTS,
  },
  {
    name: "the slope's smooth part has the wrong sign",
    file: PARAMS,
    from: "const scale = (tail.unit / 2) * (alpha - 1);",
    to: "const scale = (tail.unit / 2) * (1 - alpha);",
    tests: GRADIENTS,
  },
];

const PARAMETER_GRADIENTS: readonly Mutant[] = [
  {
    name: "dalpha has + h / beta",
    file: GRADIENT_CODE,
    from: "return negative - smoothSum(",
    to: "return negative + smoothSum(",
    tests: GRADIENTS,
  },
  {
    name: "dalpha lacks min(x, 0)",
    file: GRADIENT_CODE,
    from: "return negative - smoothSum(",
    to: "return -smoothSum(",
    tests: GRADIENTS,
  },
  {
    name: "dbeta has the wrong sign",
    file: GRADIENT_CODE,
    from: "((alpha - 1) / beta / beta)",
    to: "((1 - alpha) / beta / beta)",
    tests: GRADIENTS,
  },
  {
    name: "dbeta lacks 1 - alpha",
    file: GRADIENT_CODE,
    from: "((alpha - 1) / beta / beta)",
    to: "(-1 / beta / beta)",
    tests: GRADIENTS,
  },
  {
    name: "dbeta is divided by beta once",
    file: GRADIENT_CODE,
    from: "((alpha - 1) / beta / beta)",
    to: "((alpha - 1) / beta)",
    tests: GRADIENTS,
  },
  {
    name: "dbeta has h for phi",
    file: PARAMS,
    from: "smooth.unit * smoothTerms + (tail.unit / argumentScale) * tailTerms",
    to: "smooth.unit * smoothTerms",
    tests: GRADIENTS,
  },
  {
    name: "dbias is the sum of dy",
    file: STREAM,
    from: "if (withBias) sums[SUM.slope] = arena.sum(dx, length);",
    to: "if (withBias) sums[SUM.slope] = arena.sum(dy, length);",
    tests: GRADIENTS,
  },
  {
    name: "accumulate overwrites a number's gradient",
    file: GRADIENT_CODE,
    from: "if (wanted.accumulate) total += given[0]!;",
    to: "",
    tests: OPTIONS,
  },
  {
    name: "accumulate overwrites a channel's gradient",
    file: GRADIENT_CODE,
    from: "target![c] = wanted.accumulate ? target![c]! + value : value;",
    to: "target![c] = value;",
    tests: OPTIONS,
  },
  {
    name: "accumulate overwrites dx",
    file: STREAM,
    from: "if (accumulate) arena.addOut(",
    to: "if (accumulate) arena.copyOut(",
    tests: OPTIONS,
  },
  {
    name: "all gradients are wanted by default",
    file: GRADIENT_CODE,
    from: 'name === "dx" || given[name as "alpha"] !== undefined',
    to: "true",
    tests: OPTIONS,
  },
  {
    name: "sums that overflow float32 are not rescued",
    file: STREAM,
    from: "if (allFinite(sums, count)) break;",
    to: "break;",
    tests: SUMS,
  },
];

const SPECIAL_VALUES: readonly Mutant[] = [
  {
    name: "0 times infinity at alpha = 0",
    file: STREAM,
    from: "value <= 1 && value !== 0",
    to: "value <= 1",
    tests: SPECIAL,
  },
  {
    name: "alpha above 1 goes to the kernel that takes max(x, alpha x)",
    file: STREAM,
    from: "value <= 1 && value !== 0",
    to: "value !== 0",
    tests: SPECIAL.concat(BITS),
  },
  {
    name: "-0 comes out as 0 where the smooth part vanishes",
    file: PARAMS,
    from: "return Math.abs(scale) <= VANISHING_SCALE ? -0 : scale;",
    to: "return Math.abs(scale) <= VANISHING_SCALE ? 0 : scale;",
    tests: SPECIAL,
  },
  {
    name: "a missing bias turns -0 into 0",
    file: PARAMS,
    from: 'return name === "bias" ? -0 : 0;',
    to: "return 0;",
    tests: SPECIAL.concat(BITS),
  },
  {
    name: "the short way begins one step early",
    file: PARAMS,
    from: "return from;",
    to: "return step(from, -1);",
    tests: ["test/clamp.test.ts"],
  },
  {
    name: "(1 - alpha) / beta overflows",
    file: PARAMS,
    from: "const fits = scale < LARGEST_SCALE ? 1 :",
    to: "const fits = scale < Infinity ? 1 :",
    tests: HAZARDS,
  },
  {
    name: "a subnormal beta loses bits",
    file: PARAMS,
    from: "return beta < SMALLEST_BETA && alpha !== 1 ? BETA_RESCUE : 1;",
    to: "return 1;",
    tests: HAZARDS.concat(SUMS),
  },
];

const BITS_EVERYWHERE: readonly Mutant[] = [
  {
    name: "a product is not rounded to float32",
    file: KERNELS,
    from: "const square = fround(fround(r * r) + r);",
    to: "const square = fround(r * r + r);",
    tests: BITS,
  },
  {
    name: "partial sums are never moved to double",
    file: KERNELS,
    from: "if (++groups === UNITS.groupsAChunk) {",
    to: "if (++groups < 0) {",
    tests: BITS,
  },
  {
    name: "sums are added in another order",
    file: BLOCK,
    from: "f64[at]! + f64[at + 1]! + (f64[at + 2]! + f64[at + 3]!)",
    to: "f64[at]! + f64[at + 1]! + f64[at + 2]! + f64[at + 3]!",
    tests: ["test/same-bits.test.ts"],
  },
];

const CHANNELS_AND_TILES: readonly Mutant[] = [
  {
    name: "a negative axis counts from the start",
    file: PARAMS,
    from: "(channelAxis as number) + ((channelAxis as number) < 0 ? rank : 0)",
    to: "Math.abs(channelAxis as number) % rank",
    tests: CHANNELS,
  },
  {
    name: "the channels are taken for the last axis",
    file: PARAMS,
    from: "inner: size(axis + 1, rank) }",
    to: "inner: 1 }",
    tests: CHANNELS,
  },
  {
    name: "a table's alpha and beta are exchanged",
    file: BLOCK,
    from: "f32[at + ROW.alpha * stride] = a;",
    to: "f32[at + ROW.alpha * stride] = b;",
    tests: CHANNELS,
  },
  {
    name: "a group that wraps around loses its sums",
    file: BLOCK,
    from: "for (let k = 0; k < group; k++) sums[to + (k % positions)]! += f64[from + positions + k]!;",
    to: "",
    tests: GRADIENTS,
  },
  {
    name: "the bias of a channel is subtracted",
    file: BLOCK,
    from: "f32[at + ROW.bias * stride] = shift;",
    to: "f32[at + ROW.bias * stride] = -shift;",
    tests: CHANNELS,
  },
  {
    name: "a tile begins at position 0",
    file: TILES,
    from: "shard.first = done % pass.positions;",
    to: "shard.first = 0;",
    tests: CHANNELS,
  },
  {
    name: "the last tile is lost where it is short",
    file: TILES,
    from: "return pass.count * Math.ceil(pass.length / most);",
    to: "return pass.count * Math.max(1, Math.floor(pass.length / most));",
    tests: CHANNELS,
  },
  {
    name: "a table is not written anew for another beta",
    file: "ts/memory/table-contents.ts",
    from: "wasWritten && alphas && betas && biases && sameShape;",
    to: "wasWritten && alphas && biases && sameShape;",
    tests: BATCH.concat(CHANNELS),
  },
  {
    name: "the block is not written anew for another beta",
    file: STREAM,
    from: "if (a !== this.#alpha || b !== this.#beta) {",
    to: "if (a !== this.#alpha) {",
    tests: SPECIAL,
  },
];

const CALLS: readonly Mutant[] = [
  {
    name: "beta is checked before it is rounded to float32",
    file: PARAMS,
    from: "const rounded = fround(value);\n",
    to: "const rounded = value;\n",
    tests: ERRORS,
  },
  {
    name: "beta of 0 is let through",
    file: PARAMS,
    from: "if (!(rounded > 0 && rounded < Infinity)) {",
    to: "if (!(rounded >= 0 && rounded < Infinity)) {",
    tests: ERRORS,
  },
  {
    name: "NaN is let through as alpha",
    file: PARAMS,
    from: "} else if (!Number.isFinite(fround(value))) {",
    to: "} else if (Math.abs(fround(value)) === Infinity) {",
    tests: ERRORS,
  },
  {
    name: "a detached array counts as empty",
    file: PARAMS,
    from: "value.indexOf(0); // throws",
    to: "// throws",
    tests: ERRORS,
  },
  {
    name: "a shape with another product is let through",
    file: PARAMS,
    from: "if (product !== length) {",
    to: "if (product < length) {",
    tests: ERRORS,
  },
  {
    name: "refused parameters are remembered as good",
    file: PARAMS,
    from: "    this.#isGood = false;\n",
    to: "",
    tests: ERRORS.concat(CHANNELS),
  },
  {
    name: "an output that overlaps the input by a part is written over it",
    file: STREAM,
    from: "return inPlace ? input : new Float32Array(input);",
    to: "return input;",
    tests: HAZARDS.concat("test/bounds/overlaps.test.ts"),
  },
  {
    name: "a batch loses the array at which a pack ends",
    file: "ts/batch.ts",
    from: "yield [from, i, length];",
    to: "yield [from, i - 1, length];",
    tests: BATCH,
  },
  {
    name: "what is packed is copied to the first array alone",
    file: "ts/batch.ts",
    from: "arena.copyOut(at, array, 0, array.length);\n    at +=",
    to: "arena.copyOut(tile, array, 0, array.length);\n    at +=",
    tests: BATCH,
  },
  {
    name: "a Sau works after it was disposed of",
    file: "ts/sau.ts",
    from: "    this.#stream = undefined;\n  }",
    to: "  }",
    tests: ERRORS,
  },
  {
    name: "a tensor is freed twice",
    file: "ts/sau.ts",
    from: "      view = undefined;\n    };",
    to: "    };",
    tests: ARENA.concat(ERRORS),
  },
  {
    name: "a tensor's view outlives the growth of the memory",
    file: "ts/sau.ts",
    from: "if (!arena.isCurrent(view)) view =",
    to: "if (false) view =",
    tests: ARENA,
  },
];

/** Faults in the Rust sources, of what the modules are made; `cargo test` runs them as scalar code of this machine. */
const RUST: readonly Mutant[] = [
  {
    name: "Rust: leaky ReLU is left out near 0",
    file: "crate/src/forward.rs",
    from: "store(vector, smooth.mul_add(parameters.smooth_scale(at), leaky));",
    to: "let _ = leaky; store(vector, smooth.mul(parameters.smooth_scale(at)));",
    tests: ["forward"],
  },
  {
    name: "Rust: one element far from 0 hides the others of its group",
    file: "crate/src/forward.rs",
    from: "rest.iter().fold(*second, |least, next| least.min_bits(*next))",
    to: "rest.iter().fold(*second, |_, next| *next)",
    tests: ["forward"],
  },
  {
    name: "Rust: the smooth part of the slope has the same sign on both sides",
    file: "crate/src/backward.rs",
    from: "let scale = sign.xor(parameters.tail_scale(at));",
    to: "let _ = sign; let scale = parameters.tail_scale(at);",
    tests: ["backward"],
  },
  {
    name: "Rust: a NaN far from 0 gives the slope of leaky ReLU",
    file: "crate/src/backward.rs",
    from: "let product = leaky_slope.add(none).mul(gradient);",
    to: "let product = leaky_slope.mul(gradient);",
    tests: ["backward"],
  },
  {
    name: "Rust: the term of dalpha is x dy",
    file: "crate/src/backward.rs",
    from: "                    terms.add_product(sum::NEGATIVE, vector, input.and(negative), gradient);\n                    terms.add_product(sum::SMOOTH, vector, smooth[vector], gradient);",
    to: "                    terms.add_product(sum::NEGATIVE, vector, input, gradient);\n                    terms.add_product(sum::SMOOTH, vector, smooth[vector], gradient);",
    tests: ["sums"],
  },
  {
    name: "Rust: the term of the density lacks t",
    file: "crate/src/backward.rs",
    from: "t[vector].mul(tail), gradient",
    to: "tail, gradient",
    tests: ["sums"],
  },
  {
    name: "Rust: Horner's rule stops one step early",
    file: "crate/src/composite.rs",
    from: "for _ in 0..steps {",
    to: "for _ in 1..steps {",
    tests: ["forward"],
  },
  {
    name: "Rust: the composite Q is not 0 at the clamp",
    file: "crate/src/composite.rs",
    from: "w.mul_add(w, w.add(V::uniform(&tail.start)))",
    to: "w.mul_add(w, w.add(V::uniform(&tail.shift[0])))",
    tests: ["backward"],
  },
  {
    name: "Rust: alpha x beyond the clamp is left -0",
    file: "crate/src/forward.rs",
    from: "store(vector, V::uniform(&constants.zero).add(leaky));",
    to: "store(vector, leaky);",
    tests: ["forward"],
  },
  {
    name: "Rust: the bias of a channel is left out",
    file: "crate/src/parameters.rs",
    from: "if self.plain { x } else { x.add(self.row(row::BIAS, at)) }",
    to: "if self.plain { x } else { x.add(V::uniform(&self.constants.zero)) }",
    tests: ["forward"],
  },
  {
    name: "Rust: 0 times infinity at a channel's alpha of 0",
    file: "crate/src/parameters.rs",
    from: "let negative = input.and(alpha.differs_mask(zero)).min(zero);",
    to: "let negative = input.min(zero);",
    tests: ["forward"],
  },
  {
    name: "Rust: partial sums are counted twice",
    file: "crate/src/sums.rs",
    from: "            V::uniform(zero).store(partial);\n",
    to: "            let _ = zero;\n",
    tests: ["sums"],
  },
  {
    name: "Rust: the rest of a group is not padded",
    file: "crate/src/kernels.rs",
    from: "for index in length..GROUP {",
    to: "for index in GROUP..GROUP {",
    tests: ["sums", "forward"],
  },
];

/** In Rust, for lanes that `cargo test` does not have. */
const LANES: readonly Mutant[] = [
  {
    name: "Rust: groups are near 0 only where the first vector is",
    file: "crate/src/forward.rs",
    from: "first.any_bits_below(limit) || nearest()",
    to: "first.any_bits_below(limit) && nearest()",
    module: "simd128",
    tests: ["test/same-bits.test.ts"],
  },
  {
    name: "Rust: a vector is near 0 only where all of its lanes are",
    file: "crate/src/lanes/simd128.rs",
    from: "v128_any_true(i32x4_lt",
    to: "i32x4_all_true(i32x4_lt",
    module: "simd128",
    tests: ["test/same-bits.test.ts"],
  },
  {
    name: "Rust: the larger magnitude of two vectors",
    file: "crate/src/lanes/simd128.rs",
    from: "u32x4_min",
    to: "u32x4_max",
    module: "simd128",
    tests: ["test/same-bits.test.ts"],
  },
  {
    name: "Rust: a zero alpha differs from zero",
    file: "crate/src/lanes/simd128.rs",
    from: "f32x4_ne",
    to: "f32x4_eq",
    module: "simd128",
    tests: ["test/same-bits.test.ts"],
  },
  {
    name: "Rust: the last two columns' sums are the first two's",
    file: "crate/src/lanes/simd128.rs",
    from: "i64x2_shuffle::<1, 1>",
    to: "i64x2_shuffle::<0, 0>",
    module: "simd128",
    tests: ["test/same-bits.test.ts"],
  },
  {
    name: "Rust: where products and sums are fused, a group's sums begin with those of the group before",
    file: "crate/src/sums.rs",
    from: "0 => term.mul(factor),",
    to: "usize::MAX => term.mul(factor),",
    module: "relaxed-simd",
    tests: ["test/sums.test.ts"],
  },
  {
    name: "Rust: where products and sums are fused, all sums of a group are one",
    file: "crate/src/sums.rs",
    from: ".group[sum]).cast",
    to: ".group[0]).cast",
    module: "relaxed-simd",
    tests: ["test/sums.test.ts"],
  },
  {
    name: "Rust: a fused product is subtracted from its addend",
    file: "crate/src/lanes/relaxed.rs",
    from: "f32x4_relaxed_madd(self.0.0, factor.0.0, addend.0.0)",
    to: "core::arch::wasm32::f32x4_relaxed_nmadd(self.0.0, factor.0.0, addend.0.0)",
    module: "relaxed-simd",
    tests: ["test/sums.test.ts"],
  },
];

export const PLAUSIBLE_ERRORS: readonly Mutant[] = [
  ...FORMULA.map((mutant) => ({ ...mutant, withoutSelfTest: true })),
  ...PARAMETER_GRADIENTS,
  ...SPECIAL_VALUES,
  ...BITS_EVERYWHERE,
  ...CHANNELS_AND_TILES,
  ...CALLS,
  ...RUST,
  ...LANES.map((mutant) => ({ ...mutant, withoutSelfTest: true })),
];
