//! The memory that a caller lays out for the kernels: constants, parameters, scratch.
//!
//! The kernels own no memory, so everything they need lies in a [`Block`] at an address that the
//! caller names, and for parameters that differ by channel in a table beside it. The TypeScript side
//! reads these offsets from a file that `tests/layout.rs` writes and compares.

use crate::lanes::{COLUMNS, Splat};

/// Vectors of each column in a group. Six accumulators and six arguments fill the fifteen vector
/// registers that V8 uses on x64.
pub const VECTORS: usize = 6;

/// Elements that a kernel handles at once. Every array is cut into groups from its start; a last
/// group that is not full is padded in scratch memory, so that an element's result never depends on
/// its position.
pub const GROUP: usize = VECTORS * COLUMNS;

/// Groups whose terms are added in `f32` before the sum moves to `f64`.
pub const GROUPS_A_CHUNK: usize = 16;

/// The degree of the polynomial of h's composite.
pub const SMOOTH_DEGREE: usize = 8;

/// The degree of the polynomial of Q's composite.
pub const TAIL_DEGREE: usize = 7;

/// Horner steps of both polynomials in a loop; those before are written out.
pub const STEPS: usize = 5;

/// The composite of h(t) = phi(t) - t Q(t); see `src/composite.rs`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Smooth {
    /// Coefficients of t^7 down to t^1; that of t^8 is −1.
    pub poly: [Splat; SMOOTH_DEGREE - 1],
    /// The square root at t = 0.
    pub root: Splat,
}

/// The composite of Q(t) = 1 - Phi(t); see `src/composite.rs`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Tail {
    /// Coefficients of t^7 down to t^1.
    pub poly: [Splat; TAIL_DEGREE],
    /// What is added before the first two squarings.
    pub shift: [Splat; 2],
    /// Q in its unit at t = 0: 1/4 less the square that the root has at the clamp.
    pub start: Splat,
}

/// What does not depend on the parameters.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Constants {
    /// [`STEPS`]. Read from memory so that the optimiser cannot see the trip count and keeps the loop, in
    /// which the accumulators' steps interleave (docs/architecture.md, "Instruction order").
    pub steps: [u32; COLUMNS],
    /// [`VECTORS`], read from memory for the same reason, where a loop is a fifth of the code.
    pub vectors: [u32; COLUMNS],
    /// All bits but the sign.
    pub magnitude: Splat,
    /// The sign bit.
    pub sign: Splat,
    /// 0.
    pub zero: Splat,
    /// 1.
    pub one: Splat,
    /// From here on h and Q are 0, in the composites' scale of t.
    pub clamp: Splat,
    /// h.
    pub smooth: Smooth,
    /// Q.
    pub tail: Tail,
}

/// Parameters that are the same for every element, without a bias. The forward kernel needs an alpha of at
/// most 1 that is not 0, the backward kernels one below 2^126.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct Uniform {
    /// Slope on the negative side.
    pub alpha: Splat,
    /// alpha's bits exclusive-or 1.0's: picks the slope of a side without a rounding.
    pub alpha_toggle: Splat,
    /// Inverse width of the Gaussian, in the composites' scale of t.
    pub beta: Splat,
    /// (1 - alpha) / beta in the unit of h; −0 where its product with h always rounds to 0, so that −0 is kept.
    pub smooth_scale: Splat,
    /// -(1 - alpha) in the unit of Q, which is about 2.
    pub tail_scale: Splat,
    /// The smallest magnitude of x whose product with beta rounds to the clamp or above.
    pub clamped_from: Splat,
}

/// Sums over elements, in the order of [`Block::sums`].
pub mod sum {
    /// min(x, 0) dy.
    pub const NEGATIVE: usize = 0;
    /// h(|u|) dy, in the unit of h.
    pub const SMOOTH: usize = 1;
    /// t Q(t) dy, t = |u|, in the unit of Q and the scale of t.
    pub const TAIL: usize = 2;
    /// (dy/dx) dy; of a channel table alone.
    pub const SLOPE: usize = 3;
    /// How many there are.
    pub const COUNT: usize = 4;
}

/// Everything a kernel reads and writes besides the arrays.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug)]
pub struct Block {
    /// Written once by the caller.
    pub constants: Constants,
    /// Written by the caller before a call of a kernel whose parameters are uniform.
    pub uniform: Uniform,
    /// Not 0 where a channel table has no bias, and no alpha that is 0 or above 1; written with the table.
    pub plain_table: [u32; COLUMNS],
    /// Sums in `f64`, one a column; the caller zeroes them, a call adds to them.
    pub sums: [[f64; COLUMNS]; sum::COUNT],
    /// Sums in `f32` since the last move to `f64`; zero between calls.
    pub partial: [Splat; sum::COUNT],
    /// Sums of the group at hand, on a tier that keeps them in memory.
    pub group: [Splat; sum::COUNT],
    /// A last group's x, padded.
    pub scratch_x: [f32; GROUP],
    /// A last group's dy, padded.
    pub scratch_dy: [f32; GROUP],
    /// A last group's results.
    pub scratch_out: [f32; GROUP],
}

/// Rows of a channel table; each has one value a position and [`GROUP`] more, which repeat the first
/// ones cyclically, so that a group that wraps around reads on without a branch.
pub mod row {
    /// Added to x first; −0 for none, which changes no bit.
    pub const BIAS: usize = 0;
    /// As [`super::Uniform::alpha`].
    pub const ALPHA: usize = 1;
    /// As [`super::Uniform::beta`].
    pub const BETA: usize = 2;
    /// As [`super::Uniform::smooth_scale`].
    pub const SMOOTH_SCALE: usize = 3;
    /// Half of [`super::Uniform::tail_scale`].
    pub const TAIL_SCALE: usize = 4;
    /// How many there are.
    pub const COUNT: usize = 5;
}
