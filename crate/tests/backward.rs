//! Holds the contract of dx: the slope's error before it is multiplied by dy, exactly 1 or alpha beyond
//! the clamp, special values, and the same bits whatever the length, the place, the kernel, the output
//! and the neighbours of an element, with sums or without.

mod support;

use proptest::prelude::*;
use sau_simd::block::{GROUP, sum};
use support::random::{Random, any_parameters, arguments, cases, inputs, inputs_of, walk, worst};
use support::run::{
    Output, backward, backward_channels, backward_channels_to, backward_sums, backward_sums_into,
    backward_to,
};
use support::{
    DEFAULTS, Parameters, PositionSums, Table, assert_same_bits, block, exact, parameters,
};

/// Parameters of every kind; every alpha is served by every kernel.
const PARAMETERS: [Parameters; 10] = [
    DEFAULTS,
    parameters(0.15, 1.0),
    parameters(0.5, 0.001),
    parameters(0.0, 1.3),
    parameters(1.0, 1.0),
    parameters(-0.25, 3.0),
    parameters(2.5, 1.0),
    parameters(1e30, 1.0),
    parameters(0.15, f32::MAX),
    parameters(0.15, 1e-37),
];

/// The slope at each x: dx where dy is 1.
fn slopes(x: &[f32], parameters: Parameters) -> Vec<f32> {
    backward(x, &vec![1.0; x.len()], parameters)
}

/// What a search for the rare inputs at which all roundings add up may find, as a fraction of the bound
/// (README.md, "How exact").
const RARE_ERROR: f64 = 1.1;

#[track_caller]
fn assert_within_bound(x: &[f32], parameters: Parameters) {
    assert_within(1.0, x, parameters);
}

#[track_caller]
fn assert_within(bound: f64, x: &[f32], parameters: Parameters) {
    let slopes = slopes(x, parameters);
    let error = |index: usize| exact::slope_error(slopes[index], x[index], parameters);
    let worst = (0..x.len()).max_by(|&a, &b| error(a).total_cmp(&error(b))).expect("some x");
    assert!(
        error(worst) <= bound,
        "the slope's error is {:.3} of its bound at x = {:e}, slope = {:e}, {parameters:?}",
        error(worst),
        x[worst],
        slopes[worst]
    );
}

/// dx by every kernel; asserts that they agree.
#[track_caller]
fn backward_by_all(x: &[f32], dy: &[f32], parameters: Parameters) -> Vec<f32> {
    let dx = backward(x, dy, parameters);
    if parameters.fit_uniform_backward() {
        assert_same_bits(&backward_sums(x, dy, parameters).0, &dx, &("sums", parameters));
    }
    let table = Table::of(&[parameters]);
    assert_same_bits(&backward_channels(x, dy, 0, &table), &dx, &("channels", parameters));
    dx
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn error_is_within_bound_for_random_parameters(
        parameters in any_parameters(),
        arguments in arguments(),
    ) {
        assert_within(RARE_ERROR, &inputs(&arguments, parameters.beta), parameters);
    }

    #[test]
    fn all_kernels_agree(parameters in any_parameters(), arguments in arguments(), seed: u64) {
        let x = inputs(&arguments, parameters.beta);
        backward_by_all(&x, &Random(seed).gradients(x.len()), parameters);
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
    for alpha in [0.15, 0.0, 2.0] {
        let bend = walk(0.01, 6.0, 503);
        assert_within_bound(&bend, parameters(alpha, 1.0));
    }
}

#[test]
fn error_is_within_bound_where_the_composite_errs_most() {
    let t: Vec<f32> = walk(0.2, 3.0, 61).into_iter().map(f32::abs).collect();
    let negative: Vec<f32> = t.iter().map(|t| -t).collect();
    // Where alpha is 0, the slope at -t is Q(t).
    let q = slopes(&negative, parameters(0.0, 1.0));
    let error = |(&t, q): (&f32, f32)| f64::from(q) - exact::tail(f64::from(t));
    let errors: Vec<f64> = t.iter().zip(q).map(error).collect();
    let worst = worst(&t, &errors);
    let mut random = Random(10);
    for _ in 0..1000 {
        let (alpha, beta) = (random.alpha(), random.between(-1.0, 1.0).exp2() as f32);
        assert_within(RARE_ERROR, &inputs_of(&worst, beta), parameters(alpha, beta));
    }
}

#[test]
fn all_kernels_agree_over_all_bit_patterns() {
    let all: Vec<f32> = (0..=u32::MAX).step_by(131_071).map(f32::from_bits).collect();
    let dy = Random(1).gradients(all.len());
    for parameters in PARAMETERS {
        backward_by_all(&all, &dy, parameters);
    }
}

#[test]
fn slope_is_one_or_alpha_from_the_clamp_on() {
    for parameters in PARAMETERS {
        let edge = parameters.clamped_from();
        if edge == f32::INFINITY {
            continue;
        }
        let near = walk(edge, f32::from_bits(edge.to_bits() + 50), 1);
        let far = walk(edge, f32::MAX, 1_000_003);
        for mut x in [near, far, vec![f32::INFINITY; 2 * GROUP], vec![-f32::INFINITY]] {
            for _ in 0..2 {
                let slope = |&x: &f32| if x < 0.0 { parameters.alpha } else { 1.0 };
                let expected: Vec<f32> = x.iter().map(slope).collect();
                assert_same_bits(&slopes(&x, parameters), &expected, &parameters);
                x.iter_mut().for_each(|x| *x = -*x);
            }
        }
    }
}

#[test]
fn slope_is_the_mean_of_both_sides_at_zero() {
    for alpha in [0.15, 0.0, 0.5, -0.25, 2.0] {
        let parameters = parameters(alpha, 20000.0);
        for slope in slopes(&[0.0, -0.0], parameters) {
            let expected = f64::midpoint(1.0, f64::from(alpha));
            assert!((f64::from(slope) - expected).abs() <= 2f64.powi(-24), "{slope} at {alpha}");
        }
    }
}

#[test]
fn a_nan_of_x_or_dy_gives_nan_and_stays_alone() {
    for parameters in PARAMETERS {
        for widest in [3.0, 1e4] {
            // The widest have whole groups beyond the clamp.
            let mut x = Random(2).inputs(GROUP, parameters.beta, widest);
            let beyond = |x: &f32| widest < 10.0 || x.abs() > parameters.clamped_from();
            x.iter_mut().filter(|x| !beyond(x)).for_each(|x| *x = f32::MAX);
            let dy = Random(3).gradients(GROUP);
            let expected = backward_by_all(&x, &dy, parameters);
            for place in 0..GROUP {
                let with_nan = |values: &[f32]| {
                    let mut values = values.to_vec();
                    values[place] = f32::NAN;
                    values
                };
                let of_x = backward_by_all(&with_nan(&x), &dy, parameters);
                let of_dy = backward_by_all(&x, &with_nan(&dy), parameters);
                assert_same_bits(&of_x, &with_nan(&expected), &(place, parameters));
                assert_same_bits(&of_dy, &with_nan(&expected), &(place, parameters));
            }
        }
        let all = [f32::NAN; 2 * GROUP];
        assert_same_bits(&backward_by_all(&all, &[1.0; 2 * GROUP], parameters), &all, &parameters);
        assert_same_bits(&backward_by_all(&[0.1; 2 * GROUP], &all, parameters), &all, &parameters);
    }
}

#[test]
fn infinite_dy_gives_infinite_dx() {
    let parameters = parameters(0.15, 1.0);
    for x in [-30.0, -0.1, 0.0, 0.1, 30.0] {
        for dy in [f32::INFINITY, f32::NEG_INFINITY] {
            let dx = backward_by_all(&[x; GROUP], &[dy; GROUP], parameters);
            assert_same_bits(&dx, &[dy; GROUP], &(x, dy));
        }
    }
}

#[test]
fn neighbours_change_no_bit_of_dx_and_of_the_terms() {
    for parameters in PARAMETERS {
        let edge = parameters.clamped_from().min(f32::MAX);
        let around = |steps: i32| f32::from_bits(edge.to_bits().wrapping_add_signed(steps));
        let near = edge * 0.1;
        // Finite, so that a term of a neighbour, whose dy is 0, is 0.
        let far = (edge * 2.0).min(f32::MAX);
        let magnitudes = [0.0, near, around(-1), edge, around(1), far, f32::INFINITY, f32::NAN];
        for element in magnitudes.into_iter().flat_map(|magnitude| [magnitude, -magnitude]) {
            let (alone, terms) = backward_sums(&[element], &[0.7], parameters);
            for place in 0..GROUP {
                for neighbour in [near, -near, far, -far] {
                    let (mut x, mut dy) = ([neighbour; GROUP], [0.0; GROUP]);
                    (x[place], dy[place]) = (element, 0.7);
                    let what = (element, neighbour, place, parameters);
                    let (dx, sums) = backward_sums(&x, &dy, parameters);
                    assert_same_bits(&dx[place..=place], &alone, &what);
                    for (sums, terms) in sums.iter().zip(terms) {
                        let [sum, term] = [sums.iter().sum::<f64>(), terms.iter().sum()];
                        assert!(sum == term || sum.is_nan() && term.is_nan(), "{what:?}");
                    }
                    let dx = backward_by_all(&x, &dy, parameters);
                    assert_same_bits(&dx[place..=place], &alone, &what);
                }
            }
        }
    }
}

#[test]
fn every_length_and_output_gives_the_same_bits() {
    let table = Table::of(&Random(4).channels(5));
    let x = Random(5).inputs(100, 1.0, 7.0);
    let dy = Random(6).gradients(x.len());
    let parameters = parameters(0.15, 1.0);
    let pairs = || x.iter().zip(&dy);
    let expected: Vec<f32> =
        pairs().flat_map(|(&x, &dy)| backward(&[x], &[dy], parameters)).collect();
    let expected_channels = one_by_one(&x, &dy, 0, &table);
    for length in 0..=x.len() {
        let (x, dy) = (&x[..length], &dy[..length]);
        for output in [Output::Apart, Output::OverX, Output::OverDy] {
            let dx = backward_to(output, x, dy, parameters);
            assert_same_bits(&dx, &expected[..length], &(length, output));
            let dx = backward_sums_into(&mut block(parameters), output, x, dy);
            assert_same_bits(&dx, &expected[..length], &(length, output));
            let mut sums = PositionSums::new(&table);
            let dx = backward_channels_to(output, x, dy, 0, &table, &mut sums);
            assert_same_bits(&dx, &expected_channels[..length], &(length, output));
            let mut apart = PositionSums::new(&table);
            backward_channels_to(Output::Apart, x, dy, 0, &table, &mut apart);
            assert_eq!(sums.memory, apart.memory, "sums of {length} values, {output:?}");
        }
    }
}

#[test]
fn every_number_of_positions_and_every_first_one_serve() {
    let mut random = Random(7);
    for positions in 1..=60 {
        let table = Table::of(&random.channels(positions));
        let x = random.inputs(131, 1.0, 7.0);
        let dy = random.gradients(x.len());
        for first in [0, 1, positions / 2, positions - 1] {
            let first = first % positions;
            let dx = backward_channels(&x, &dy, first, &table);
            assert_same_bits(&dx, &one_by_one(&x, &dy, first, &table), &(positions, first));
        }
    }
}

#[test]
fn without_positions_nothing_is_written() {
    let table = Table::of(&[]);
    let mut sums = PositionSums::new(&table);
    let dx = backward_channels_to(Output::Apart, &[1.0; 30], &[1.0; 30], 0, &table, &mut sums);
    assert_eq!(dx, [0.0; 30]);
    assert!((0..sum::COUNT).all(|kind| sums.row(kind).iter().all(|&sum| sum == 0.0)));
}

/// Each element alone, by a table of its own channel.
fn one_by_one(x: &[f32], dy: &[f32], first: usize, table: &Table) -> Vec<f32> {
    let alone = |(index, (&x, &dy)): (usize, (&f32, &f32))| {
        backward_channels(&[x], &[dy], 0, &Table::of(&[table.at(first, index)]))
    };
    x.iter().zip(dy).enumerate().flat_map(alone).collect()
}
