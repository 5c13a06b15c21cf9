//! What the tests share: blocks and channel tables as `ts/memory/block.ts` writes them, exact values
//! in double precision ([`exact`]), and the kernels on slices ([`run`]).

#![allow(dead_code, reason = "each file of tests uses its part")]

pub mod exact;
pub mod random;
pub mod run;

use sau_simd::block::{Block, Constants, GROUP, STEPS, Smooth, Tail, Uniform, VECTORS, row, sum};
use sau_simd::lanes::{COLUMNS, Splat};

const COEFFICIENTS: &str = include_str!("../../../scripts/fit/coefficients.json");

/// The text after `"name":`.
fn value_of<'a>(json: &'a str, name: &str) -> &'a str {
    let key = format!("\"{name}\":");
    let at = json.find(&key).unwrap_or_else(|| panic!("coefficients.json has no {name}"));
    json[at + key.len()..].trim_start()
}

/// The number, or the list of numbers, after `"name":`.
fn doubles(json: &str, name: &str) -> Vec<f64> {
    let text = value_of(json, name);
    let list = match text.strip_prefix('[') {
        Some(items) => items.split(']').next(),
        None => text.split([',', '}']).next(),
    };
    let list = list.expect("a split has a first part").split(',');
    list.map(|number| number.trim().parse().expect("a number")).collect()
}

fn double(json: &str, name: &str) -> f64 {
    doubles(json, name)[0]
}

fn numbers(json: &str, name: &str) -> Vec<f32> {
    doubles(json, name).into_iter().map(|number| number as f32).collect()
}

/// The coefficients of a composite, highest power first.
fn poly<const N: usize>(composite: &str) -> [Splat; N] {
    let mut poly = numbers(composite, "poly");
    poly.reverse();
    let splats: Vec<Splat> = poly.into_iter().map(Splat::of).collect();
    splats.try_into().expect("a coefficient a power")
}

fn constant(composite: &str, name: &str) -> Splat {
    Splat::of(numbers(composite, name)[0])
}

fn smooth() -> Smooth {
    let json = value_of(COEFFICIENTS, "smooth");
    Smooth { poly: poly(json), root: constant(json, "root") }
}

fn tail() -> Tail {
    let json = value_of(COEFFICIENTS, "tail");
    Tail {
        poly: poly(json),
        shift: numbers(json, "shift")
            .into_iter()
            .map(Splat::of)
            .collect::<Vec<_>>()
            .try_into()
            .expect("two shifts"),
        start: constant(json, "start"),
    }
}

/// h is so many times its composite.
pub fn smooth_unit() -> f64 {
    double(value_of(COEFFICIENTS, "smooth"), "unit")
}

/// Q is so many times its composite.
pub fn tail_unit() -> f64 {
    double(value_of(COEFFICIENTS, "tail"), "unit")
}

/// The composites' argument is so many times |beta x|.
pub fn argument_scale() -> f64 {
    double(COEFFICIENTS, "argumentScale")
}

/// h and Q are 0 from here on, an argument of the composites.
pub fn clamp() -> f32 {
    numbers(COEFFICIENTS, "clamp")[0]
}

fn constants() -> Constants {
    Constants {
        steps: [STEPS as u32; COLUMNS],
        vectors: [VECTORS as u32; COLUMNS],
        magnitude: Splat::of_bits(0x7fff_ffff),
        sign: Splat::of_bits(0x8000_0000),
        zero: Splat::of(0.0),
        one: Splat::of(1.0),
        clamp: Splat::of(clamp()),
        smooth: smooth(),
        tail: tail(),
    }
}

/// Parameters of SAU, and what `ts/params.ts` derives from them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Parameters {
    pub bias: f32,
    pub alpha: f32,
    pub beta: f32,
}

/// The paper's defaults.
pub const DEFAULTS: Parameters = parameters(0.15, 20000.0);

/// Parameters without a bias.
pub const fn parameters(alpha: f32, beta: f32) -> Parameters {
    Parameters { bias: -0.0, alpha, beta }
}

impl Parameters {
    /// (1 - alpha) / beta in double.
    pub fn exact_smooth_scale(self) -> f64 {
        (1.0 - f64::from(self.alpha)) / f64::from(self.beta)
    }

    fn smooth_scale(self) -> f32 {
        let scale = (smooth_unit() * self.exact_smooth_scale()) as f32;
        if scale.abs() <= 2f32.powi(-146) { -0.0 } else { scale }
    }

    fn tail_scale(self) -> f32 {
        (tail_unit() / 2.0 * (f64::from(self.alpha) - 1.0)) as f32
    }

    /// beta in the composites' scale of t.
    fn argument_beta(self) -> f32 {
        (argument_scale() * f64::from(self.beta)).max(2f64.powi(-149)) as f32
    }

    /// The smallest positive value whose argument of the composites rounds to the clamp or above.
    pub fn clamped_from(self) -> f32 {
        let clamp = clamp();
        let (mut low, mut high) = (0, f32::INFINITY.to_bits());
        while low < high {
            let middle = low.midpoint(high);
            if f32::from_bits(middle) * self.argument_beta() >= clamp {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        f32::from_bits(low)
    }

    /// Whether the kernels that are called without rescaling serve them (`rescueScale` in TypeScript).
    pub fn are_served(self) -> bool {
        let beta_keeps_its_bits = self.beta >= 2f32.powi(-123) || self.alpha == 1.0;
        self.exact_smooth_scale().abs() < 2f64.powi(125) && beta_keeps_its_bits
    }

    /// Whether the uniform backward kernels serve them.
    pub fn fit_uniform_backward(self) -> bool {
        self.bias == 0.0 && self.alpha.abs() < 2f32.powi(126)
    }

    /// Whether the uniform forward kernel serves them.
    pub fn fit_uniform_forward(self) -> bool {
        self.bias == 0.0 && self.alpha <= 1.0 && self.alpha != 0.0
    }

    fn uniform(self) -> Uniform {
        let alpha_toggle = self.alpha.to_bits() ^ 1f32.to_bits();
        Uniform {
            alpha: Splat::of(self.alpha),
            alpha_toggle: Splat::of_bits(alpha_toggle),
            beta: Splat::of(self.argument_beta()),
            smooth_scale: Splat::of(self.smooth_scale()),
            tail_scale: Splat::of(2.0 * self.tail_scale()),
            clamped_from: Splat::of(self.clamped_from()),
        }
    }
}

/// A block for kernels with uniform `parameters`. Scratch memory holds NaN, which must reach nothing.
pub fn block(parameters: Parameters) -> Block {
    Block {
        constants: constants(),
        uniform: parameters.uniform(),
        plain_table: [0; COLUMNS],
        sums: [[0.0; COLUMNS]; sum::COUNT],
        partial: [Splat::of(0.0); sum::COUNT],
        group: [Splat::of(f32::NAN); sum::COUNT],
        scratch_x: [f32::NAN; GROUP],
        scratch_dy: [f32::NAN; GROUP],
        scratch_out: [f32::NAN; GROUP],
    }
}

/// A channel table, one position a channel.
#[derive(Debug)]
pub struct Table {
    pub channels: Vec<Parameters>,
    /// Values a row.
    pub stride: usize,
    pub rows: Vec<f32>,
}

impl Table {
    pub fn of(channels: &[Parameters]) -> Self {
        let stride = (channels.len() + GROUP).next_multiple_of(COLUMNS);
        let mut rows = vec![f32::NAN; row::COUNT * stride];
        let repeated = channels.iter().cycle().take(channels.len() + GROUP);
        for (position, &channel) in repeated.enumerate() {
            let mut set = |row, value| rows[row * stride + position] = value;
            set(row::BIAS, channel.bias);
            set(row::ALPHA, channel.alpha);
            set(row::BETA, channel.argument_beta());
            set(row::SMOOTH_SCALE, channel.smooth_scale());
            set(row::TAIL_SCALE, channel.tail_scale());
        }
        Self { channels: channels.to_vec(), stride, rows }
    }

    /// The parameters of element `index` of an array that starts at position `first`.
    pub fn at(&self, first: usize, index: usize) -> Parameters {
        self.channels[(first + index) % self.channels.len()]
    }
}

/// Sums a position, as `backward_channels` keeps them.
pub struct PositionSums {
    stride: usize,
    /// `sum::COUNT` rows of sums, then partial sums of half the size.
    pub memory: Vec<f64>,
}

impl PositionSums {
    pub fn new(table: &Table) -> Self {
        let count = sum::COUNT * table.stride;
        Self { stride: table.stride, memory: vec![0.0; count + count / 2] }
    }

    /// A row, the places beyond the last position included.
    pub fn row(&self, sum: usize) -> &[f64] {
        &self.memory[sum * self.stride..][..self.stride]
    }

    /// The sums of a channel: of its position, and of the places that repeat it.
    pub fn of_channel(&self, sum: usize, channel: usize, channels: usize) -> f64 {
        self.row(sum)[..channels + GROUP].iter().skip(channel).step_by(channels).sum()
    }
}

/// Asserts that two slices have the same bits; every NaN equals every other.
#[track_caller]
pub fn assert_same_bits(found: &[f32], expected: &[f32], what: &dyn std::fmt::Debug) {
    assert_eq!(found.len(), expected.len(), "{what:?}");
    for (index, (&found, &expected)) in found.iter().zip(expected).enumerate() {
        let same = found.to_bits() == expected.to_bits() || found.is_nan() && expected.is_nan();
        assert!(same, "element {index} is {found:e}, expected {expected:e}: {what:?}");
    }
}
