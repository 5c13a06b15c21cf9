//! Holds the contract of y: M2 at most 3 for every float32, exactly leaky ReLU beyond the clamp, special
//! values, and the same bits whatever the length, the place, the kernel and the neighbours of an element.

mod support;

use proptest::prelude::*;
use sau_simd::block::GROUP;
use support::random::{Random, any_parameters, arguments, cases, inputs, inputs_of, walk, worst};
use support::run::{
    Output, forward, forward_any, forward_channels, forward_channels_to, forward_to,
};
use support::{DEFAULTS, Parameters, Table, assert_same_bits, exact, parameters};

/// The contract's bound of M2.
const M2: f64 = 3.0;

/// What rare inputs may reach whose roundings all add up, at parameters that are not the contract's
/// (README.md, "How exact"): where 0.4 (1 - alpha) / beta is just below a power of two, an error of h counts
/// twice as much as where it is just above.
const RARE_M2: f64 = 3.75;

/// Parameters of every kind: common, at an edge of a kernel's domain, extreme.
const PARAMETERS: [Parameters; 13] = [
    DEFAULTS,
    parameters(0.15, 1.0),
    parameters(0.01, 1.7),
    parameters(0.5, 0.001),
    parameters(1.0, 1.0),
    parameters(-0.25, 3.0),
    parameters(-1.0, 1.0),
    parameters(1e-30, 1.3),
    parameters(1e-45, 1000.0), // alpha x is −0 beyond the clamp, and the smooth part +0
    parameters(0.0, 1.0),
    parameters(2.5, 1.0),
    parameters(0.15, f32::MAX),
    parameters(0.15, 1e-37),
];

/// Asserts that M2 is at most `bound` at every x; the message names the worst.
#[track_caller]
fn assert_within(bound: f64, x: &[f32], parameters: Parameters) {
    let y = forward_any(x, parameters);
    let error = |index: usize| exact::forward_error(y[index], x[index], parameters);
    let worst = (0..x.len()).max_by(|&a, &b| error(a).total_cmp(&error(b))).expect("some x");
    assert!(
        error(worst) <= bound,
        "M2 is {:.3} at x = {:e}, y = {:e}, {parameters:?}",
        error(worst),
        x[worst],
        y[worst]
    );
}

#[track_caller]
fn assert_within_bound(x: &[f32], parameters: Parameters) {
    assert_within(M2, x, parameters);
}

/// Leaky ReLU: alpha x below 0, and 0 there where alpha is 0.
fn leaky(x: f32, alpha: f32) -> f32 {
    match (x < 0.0, alpha) {
        (false, _) => x,
        (true, 0.0) => 0.0,
        (true, alpha) => alpha * x,
    }
}

fn served_by_uniform() -> impl Iterator<Item = Parameters> {
    PARAMETERS.into_iter().filter(|parameters| parameters.fit_uniform_forward())
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn error_is_within_bound_for_random_parameters(
        parameters in any_parameters(),
        arguments in arguments(),
    ) {
        assert_within(RARE_M2, &inputs(&arguments, parameters.beta), parameters);
    }

    #[test]
    fn error_is_within_bound_with_a_bias(
        parameters in any_parameters(),
        arguments in arguments(),
        bias_argument in -3f32..3.0,
    ) {
        let bias = inputs(&[bias_argument], parameters.beta)[0];
        let x = inputs(&arguments, parameters.beta);
        let y = forward_channels(&x, 0, &Table::of(&[Parameters { bias, ..parameters }]));
        for (x, y) in x.into_iter().map(|x| x + bias).zip(y) {
            prop_assume!(x.is_finite());
            let error = exact::forward_error(y, x, parameters);
            prop_assert!(error <= RARE_M2, "M2 is {error} at x + bias = {x:e}, {parameters:?}");
        }
    }

    #[test]
    fn uniform_and_channel_kernels_agree(parameters in any_parameters(), arguments in arguments()) {
        prop_assume!(parameters.fit_uniform_forward());
        let x = inputs(&arguments, parameters.beta);
        let found = forward_channels(&x, 0, &Table::of(&[parameters]));
        assert_same_bits(&found, &forward(&x, parameters), &parameters);
    }
}

#[test]
fn error_is_within_bound_over_all_bit_patterns() {
    let finite = walk(0.0, f32::MAX, 65_521);
    for parameters in PARAMETERS {
        assert_within_bound(&finite, parameters);
    }
}

#[test]
fn error_is_within_bound_where_the_function_bends() {
    // 1, where x is beta x, and two that round.
    for beta in [1.0, 1.37, 20000.0] {
        let bend = walk(0.01 / beta, 6.0 / beta, 503);
        assert_within(RARE_M2, &bend, parameters(0.15, beta));
    }
}

#[test]
fn error_is_within_bound_over_many_mantissas_of_beta() {
    // An ulp of y and the rounding of (1 - alpha) / beta depend on where in its binade beta is.
    let mut random = Random(9);
    for _ in 0..500 {
        let (alpha, beta) = (random.alpha(), random.between(-1.0, 1.0).exp2() as f32);
        assert_within(RARE_M2, &random.inputs(2000, beta, 2.5), parameters(alpha, beta));
    }
}

#[test]
fn error_is_within_bound_where_the_composite_errs_most() {
    let t: Vec<f32> = walk(0.2, 2.2, 61).into_iter().map(f32::abs).collect();
    let negative: Vec<f32> = t.iter().map(|t| -t).collect();
    // Where alpha is 0 and beta 1, y at -t is h(t).
    let h = forward_any(&negative, parameters(0.0, 1.0));
    let error = |(&t, h): (&f32, f32)| f64::from(h) - exact::smooth(f64::from(t));
    let errors: Vec<f64> = t.iter().zip(h).map(error).collect();
    let worst = worst(&t, &errors);
    let mut random = Random(10);
    for _ in 0..1000 {
        let (alpha, beta) = (random.alpha(), random.between(-1.0, 1.0).exp2() as f32);
        assert_within(RARE_M2, &inputs_of(&worst, beta), parameters(alpha, beta));
    }
}

#[test]
fn uniform_and_channel_kernels_agree_over_all_bit_patterns() {
    let all: Vec<f32> = (0..=u32::MAX).step_by(131_071).map(f32::from_bits).collect();
    for parameters in served_by_uniform() {
        let found = forward_channels(&all, 0, &Table::of(&[parameters]));
        assert_same_bits(&found, &forward(&all, parameters), &parameters);
    }
}

#[test]
fn is_leaky_relu_from_the_clamp_on() {
    for parameters in PARAMETERS {
        let edge = parameters.clamped_from();
        if edge == f32::INFINITY {
            continue;
        }
        // The first values beyond the clamp, and values of every size beyond it.
        let near = walk(edge, f32::from_bits(edge.to_bits() + 50), 1);
        let far = walk(edge, f32::MAX, 1_000_003);
        for mut x in [near, far] {
            for _ in 0..2 {
                let y = forward_any(&x, parameters);
                // A smooth part of +0 makes +0 of −0.
                let expected: Vec<f32> =
                    x.iter().map(|&x| leaky(x, parameters.alpha) + 0.0).collect();
                assert_same_bits(&y, &expected, &parameters);
                x.iter_mut().for_each(|x| *x = -*x);
            }
        }
    }
}

#[test]
fn keeps_nan_and_infinities() {
    let inputs = [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    for parameters in PARAMETERS {
        let at_minus_infinity = leaky(f32::NEG_INFINITY, parameters.alpha);
        let expected = [f32::NAN, f32::NAN, f32::INFINITY, at_minus_infinity];
        for (input, expected) in inputs.into_iter().zip(expected) {
            // Whole groups of it, and among ordinary values.
            let whole = forward_any(&[input; 2 * GROUP], parameters);
            assert_same_bits(&whole, &[expected; 2 * GROUP], &parameters);
            for place in 0..GROUP {
                let mut x = [0.25; GROUP];
                x[place] = input;
                let y = forward_any(&x, parameters);
                assert_same_bits(&y[place..=place], &[expected], &(place, parameters));
            }
        }
    }
}

#[test]
fn keeps_every_bit_where_alpha_is_one() {
    let all: Vec<f32> = (0..=u32::MAX).step_by(131_071).map(f32::from_bits).collect();
    let x = [all, vec![0.0, -0.0, f32::from_bits(1), -f32::from_bits(1)]].concat();
    for beta in [1.0, 20000.0, f32::MAX, 1e-30] {
        let identity = parameters(1.0, beta);
        assert_same_bits(&forward(&x, identity), &x, &identity);
        assert_same_bits(&forward_channels(&x, 0, &Table::of(&[identity])), &x, &identity);
    }
}

#[test]
fn a_nan_of_one_element_stays_alone() {
    for parameters in PARAMETERS {
        let ordinary = Random(1).inputs(GROUP, parameters.beta, 3.0);
        let expected = forward_any(&ordinary, parameters);
        for place in 0..GROUP {
            let mut x = ordinary.clone();
            x[place] = f32::NAN;
            let mut expected = expected.clone();
            expected[place] = f32::NAN;
            assert_same_bits(&forward_any(&x, parameters), &expected, &(place, parameters));
        }
    }
}

#[test]
fn neighbours_change_no_bit() {
    for parameters in PARAMETERS {
        let edge = parameters.clamped_from().min(f32::MAX);
        let around = |steps: i32| f32::from_bits(edge.to_bits().wrapping_add_signed(steps));
        let near = edge * 0.1;
        let far = edge * 2.0;
        let magnitudes = [0.0, near, around(-1), edge, around(1), far, f32::INFINITY, f32::NAN];
        for element in magnitudes.into_iter().flat_map(|magnitude| [magnitude, -magnitude]) {
            let alone = forward_any(&[element], parameters);
            for place in 0..GROUP {
                for neighbour in [near, -near, far, -far, f32::NAN] {
                    let mut x = [neighbour; GROUP];
                    x[place] = element;
                    let y = forward_any(&x, parameters);
                    let what = (element, neighbour, place, parameters);
                    assert_same_bits(&y[place..=place], &alone, &what);
                }
            }
        }
    }
}

#[test]
fn every_length_gives_the_same_bits_apart_and_in_place() {
    let table = Table::of(&Random(2).channels(5));
    let x = Random(3).inputs(100, 1.0, 7.0);
    let parameters = parameters(0.15, 1.0);
    let expected: Vec<f32> = x.iter().flat_map(|&x| forward(&[x], parameters)).collect();
    let expected_channels = one_by_one(&x, 0, &table);
    for length in 0..=x.len() {
        for output in [Output::Apart, Output::OverX] {
            let y = forward_to(output, &x[..length], parameters);
            assert_same_bits(&y, &expected[..length], &(length, output));
            let y = forward_channels_to(output, &x[..length], 0, &table);
            assert_same_bits(&y, &expected_channels[..length], &(length, output));
        }
    }
}

#[test]
fn every_number_of_positions_and_every_first_one_serve() {
    let mut random = Random(4);
    for positions in 1..=60 {
        let table = Table::of(&random.channels(positions));
        let x = random.inputs(131, 1.0, 7.0);
        for first in [0, 1, positions / 2, positions - 1] {
            let first = first % positions;
            let y = forward_channels(&x, first, &table);
            assert_same_bits(&y, &one_by_one(&x, first, &table), &(positions, first));
        }
    }
}

#[test]
fn without_positions_nothing_is_written() {
    assert_eq!(forward_channels(&[1.0; 30], 0, &Table::of(&[])), [0.0; 30]);
}

/// Each element alone, by a table of its own channel.
fn one_by_one(x: &[f32], first: usize, table: &Table) -> Vec<f32> {
    let alone = |(index, &x): (usize, &f32)| {
        forward_channels(&[x], 0, &Table::of(&[table.at(first, index)]))
    };
    x.iter().enumerate().flat_map(alone).collect()
}
