//! What the tests share: blocks and channel tables as `ts/memory/block.ts` writes them, exact values
//! in double precision ([`exact`]), and the kernels on slices ([`run`]).

#![allow(dead_code)] // each file of tests uses its part

pub mod exact;
pub mod random;
pub mod run;

use sau_simd::block::{Block, Composite, Constants, DEGREE, GROUP, Uniform, row, sum};
use sau_simd::lanes::{COLUMNS, Splat};

const COEFFICIENTS: &str = include_str!("../../../scripts/fit/coefficients.json");

/// The text after `"name":`.
fn value_of<'a>(json: &'a str, name: &str) -> &'a str {
    let key = format!("\"{name}\":");
    let at = json.find(&key).unwrap_or_else(|| panic!("coefficients.json has no {name}"));
    json[at + key.len()..].trim_start()
}

/// The number, or the list of numbers, after `"name":`.
fn numbers(json: &str, name: &str) -> Vec<f32> {
    let text = value_of(json, name);
    let list = match text.strip_prefix('[') {
        Some(items) => items.split(']').next(),
        None => text.split([',', '}']).next(),
    };
    let list = list.expect("a split has a first part").split(',');
    list.map(|number| number.trim().parse::<f64>().expect("a number") as f32).collect()
}

fn composite(name: &str) -> Composite {
    let json = value_of(COEFFICIENTS, name);
    let splats = |name| numbers(json, name).into_iter().map(Splat::of).collect::<Vec<_>>();
    let mut poly = splats("poly");
    poly.reverse();
    Composite {
        poly: poly.try_into().expect("seven coefficients"),
        shift: splats("shift").try_into().expect("two shifts"),
    }
}

/// h is so many times its composite: 4 phi(0).
pub fn smooth_unit() -> f64 {
    2.0 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2
}

/// h and Q are 0 from here on.
pub fn clamp() -> f32 {
    numbers(COEFFICIENTS, "clamp")[0]
}

fn constants() -> Constants {
    Constants {
        steps: [DEGREE as u32 - 1; COLUMNS],
        magnitude: Splat::of_bits(0x7fff_ffff),
        sign: Splat::of_bits(0x8000_0000),
        zero: Splat::of(0.0),
        one: Splat::of(1.0),
        quarter: Splat::of(0.25),
        clamp: Splat::of(clamp()),
        smooth: composite("smooth"),
        tail: composite("tail"),
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
        if scale.abs() <= 2f32.powi(-148) { -0.0 } else { scale }
    }

    fn tail_scale(self) -> f32 {
        -((1.0 - f64::from(self.alpha)) as f32)
    }

    /// The smallest positive value whose product with beta rounds to the clamp or above.
    pub fn clamped_from(self) -> f32 {
        let clamp = clamp();
        let (mut low, mut high) = (0, f32::INFINITY.to_bits());
        while low < high {
            let middle = low.midpoint(high);
            if f32::from_bits(middle) * self.beta >= clamp {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        f32::from_bits(low)
    }

    /// Whether the kernels that are called without rescaling serve them (`rescueScale` in TypeScript).
    pub fn are_served(self) -> bool {
        self.exact_smooth_scale().abs() < 2f64.powi(127)
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
            beta: Splat::of(self.beta),
            smooth_scale: Splat::of(self.smooth_scale()),
            tail_scale: Splat::of(self.tail_scale()),
            clamped_from: Splat::of(self.clamped_from()),
        }
    }
}

/// A block for kernels with uniform `parameters`. Scratch memory holds NaN, which must reach nothing.
pub fn block(parameters: Parameters) -> Block {
    Block {
        constants: constants(),
        uniform: parameters.uniform(),
        sums: [[0.0; COLUMNS]; sum::COUNT],
        partial: [Splat::of(0.0); sum::COUNT],
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
            set(row::BETA, channel.beta);
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
