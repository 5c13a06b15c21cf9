//! Random inputs: a generator for arrays, and strategies for proptest.

use super::{Parameters, parameters};
use proptest::prelude::*;

/// SplitMix64: reproducible values without a dependency.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.next() >> 11) as f64 / 2f64.powi(53))
    }

    /// One of `0..count`.
    pub fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    /// `length` values of x whose beta x is uniform in ±`widest`.
    pub fn inputs(&mut self, length: usize, beta: f32, widest: f64) -> Vec<f32> {
        (0..length).map(|_| (self.between(-widest, widest) / f64::from(beta)) as f32).collect()
    }

    /// `length` values of dy.
    pub fn gradients(&mut self, length: usize) -> Vec<f32> {
        (0..length).map(|_| self.between(-2.0, 2.0) as f32).collect()
    }

    /// An alpha of every kind.
    pub fn alpha(&mut self) -> f32 {
        let listed = [0.15, 0.0, 0.01, 0.5, 1.0, -1.0, 2.0];
        if self.below(2) == 0 {
            listed[self.below(listed.len())]
        } else {
            self.between(-2.0, 3.0) as f32
        }
    }

    /// Parameters of `count` channels, with every kind of alpha.
    pub fn channels(&mut self, count: usize) -> Vec<Parameters> {
        (0..count)
            .map(|_| Parameters {
                bias: if self.below(3) == 0 { -0.0 } else { self.between(-1.0, 1.0) as f32 },
                alpha: self.alpha(),
                beta: self.between(-3.0, 3.0).exp2() as f32,
            })
            .collect()
    }
}

/// Any finite alpha, the common ones often.
pub fn alphas() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => prop::sample::select(vec![-1.0, 0.0, 0.01, 0.15, 0.5, 1.0, 2.0]),
        4 => -2f32..3.0,
        1 => prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL,
    ]
}

/// Any beta of the domain, the common ones often.
pub fn betas() -> impl Strategy<Value = f32> {
    prop_oneof![
        2 => Just(20000f32),
        4 => 0.5f32..2.0,
        2 => (1..f32::INFINITY.to_bits()).prop_map(f32::from_bits),
    ]
}

/// Any parameters without a bias that the kernels serve.
pub fn any_parameters() -> impl Strategy<Value = Parameters> {
    let all = (alphas(), betas()).prop_map(|(alpha, beta)| parameters(alpha, beta));
    all.prop_filter("served without rescaling", |parameters| parameters.are_served())
}

/// Values of beta x: most of them where errors are large, some beyond the clamp.
pub fn arguments() -> impl Strategy<Value = Vec<f32>> {
    let argument = prop_oneof![3 => -2.5f32..2.5, 1 => -6.5f32..6.5, 1 => -2000f32..2000.0];
    prop::collection::vec(argument, 1..60)
}

/// x for values of beta x, finite.
pub fn inputs(arguments: &[f32], beta: f32) -> Vec<f32> {
    let largest = f64::from(f32::MAX);
    let input = |&u: &f32| (f64::from(u) / f64::from(beta)).clamp(-largest, largest) as f32;
    arguments.iter().map(input).collect()
}

/// Proptest for the whole suite: nothing is written to disk, and PROPTEST_CASES goes before `cases`.
pub fn cases(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok();
    let cases = asked.map_or(cases, |asked| asked.parse().expect("PROPTEST_CASES is a number"));
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Every `stride`-th float32 from `from` to `to`, both positive, and the negatives of half of them.
pub fn walk(from: f32, to: f32, stride: usize) -> Vec<f32> {
    let bits = (from.to_bits()..=to.to_bits()).step_by(stride);
    let sign = |index: usize| if index % 2 == 0 { 1.0 } else { -1.0 };
    bits.enumerate().map(|(index, bits)| f32::from_bits(bits) * sign(index)).collect()
}

/// Those of `t` with the largest and the smallest `errors`: rare, and random values miss them.
pub fn worst(t: &[f32], errors: &[f64]) -> Vec<f32> {
    const EACH: usize = 200;
    let mut order: Vec<usize> = (0..t.len()).collect();
    order.sort_by(|&a, &b| errors[a].total_cmp(&errors[b]));
    let (smallest, largest) = (&order[..EACH], &order[t.len() - EACH..]);
    smallest.iter().chain(largest).map(|&index| t[index]).collect()
}

/// x of both signs whose |beta x| rounds to one of `t`.
pub fn inputs_of(t: &[f32], beta: f32) -> Vec<f32> {
    let exact = t.iter().map(|t| (t / beta, t)).filter(|(x, t)| x * beta == **t);
    exact.flat_map(|(x, _)| [x, -x]).collect()
}
