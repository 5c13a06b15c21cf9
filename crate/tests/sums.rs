//! Holds the sums: their documented order to the bit, which a split at a chunk's end does not change,
//! and their error against sums in double precision.

mod support;

use sau_simd::block::{GROUP, GROUPS_A_CHUNK, VECTORS, sum};
use sau_simd::lanes::COLUMNS;
use support::random::Random;
use support::run::{ColumnSums, Output, backward_channels_to, backward_sums, backward_sums_into};
use support::{
    DEFAULTS, Parameters, PositionSums, Table, argument_scale, block, exact, parameters,
    smooth_unit, tail_unit,
};

/// Elements of a chunk.
const CHUNK: usize = GROUP * GROUPS_A_CHUNK;

/// Lengths at and around the ends of groups and chunks.
const LENGTHS: [usize; 12] = [
    0,
    1,
    5,
    GROUP - 1,
    GROUP,
    GROUP + 1,
    CHUNK - 1,
    CHUNK,
    CHUNK + 1,
    2 * CHUNK + GROUP + 7,
    5 * CHUNK,
    5 * CHUNK + 3,
];

/// The four terms of an element, each the sum of an array of which it is the only one.
fn terms(x: f32, dy: f32, parameters: Parameters) -> [f32; sum::COUNT] {
    let table = Table::of(&[parameters]);
    let mut sums = PositionSums::new(&table);
    backward_channels_to(Output::Apart, &[x], &[dy], 0, &table, &mut sums);
    std::array::from_fn(|kind| sums.row(kind)[0] as f32)
}

/// The products of the functions and dy, in the order that `src/backward.rs` documents.
fn products(x: f32, dy: f32, parameters: Parameters) -> [f32; sum::COUNT] {
    let [_, smooth, tail, slope] = terms(x, 1.0, parameters);
    [x.min(0.0) * dy, smooth * dy, tail * dy, slope * dy]
}

/// Sums in the order that `src/sums.rs` documents: columns of a group and groups of a chunk in float32,
/// chunks in double.
fn in_documented_order(x: &[f32], dy: &[f32], parameters: Parameters) -> ColumnSums {
    let mut sums = [[0.0; COLUMNS]; sum::COUNT];
    for (x, dy) in x.chunks(CHUNK).zip(dy.chunks(CHUNK)) {
        let mut of_chunk = [[0f32; COLUMNS]; sum::COUNT];
        for (x, dy) in x.chunks(GROUP).zip(dy.chunks(GROUP)) {
            let mut of_group = [[0f32; COLUMNS]; sum::COUNT];
            for (index, (&x, &dy)) in x.iter().zip(dy).enumerate() {
                // The sum of the slopes is one of the channel tables' alone.
                for (kind, term) in terms(x, dy, parameters).into_iter().enumerate() {
                    if kind == sum::SLOPE {
                        continue;
                    }
                    of_group[kind][index % COLUMNS] += term;
                }
            }
            for (sum, term) in of_chunk.iter_mut().flatten().zip(of_group.iter().flatten()) {
                *sum += term;
            }
        }
        for (sum, &term) in sums.iter_mut().flatten().zip(of_chunk.iter().flatten()) {
            *sum += f64::from(term);
        }
    }
    sums
}

/// Sums of a place in the order that `src/sums.rs` documents: an element of a group belongs to the place
/// so far after the place of the group's first; chunks are of as many groups as `groups`.
fn places_in_documented_order(
    x: &[f32],
    dy: &[f32],
    first: usize,
    table: &Table,
    groups: usize,
) -> Vec<Vec<f64>> {
    let positions = table.channels.len();
    let mut sums = vec![vec![0.0; table.stride]; sum::COUNT];
    for start in (0..x.len()).step_by(groups * GROUP) {
        let mut of_chunk = vec![vec![0f32; table.stride]; sum::COUNT];
        for index in start..x.len().min(start + groups * GROUP) {
            let place = (first + index - index % GROUP) % positions + index % GROUP;
            let terms = terms(x[index], dy[index], table.at(first, index));
            for (kind, term) in terms.into_iter().enumerate() {
                of_chunk[kind][place] += term;
            }
        }
        for (sum, &term) in sums.iter_mut().flatten().zip(of_chunk.iter().flatten()) {
            *sum += f64::from(term);
        }
    }
    sums
}

/// Groups of a chunk where sums are kept by position: sixteen terms a position.
fn groups_a_chunk(positions: usize) -> usize {
    GROUPS_A_CHUNK * (positions / GROUP).max(1)
}

/// A parameter's exact gradient, and what its error is measured by.
#[derive(Clone, Copy, Default)]
struct Exact {
    gradient: f64,
    /// The sum of the terms' magnitudes.
    magnitudes: f64,
    /// The same, with each term at least as large as what its smooth part is at x = 0, or, for the bias,
    /// as what the slope's error is measured by: a term that is nearly 0 promises no relative error.
    largest_magnitudes: f64,
}

/// The exact gradients of alpha, beta and the bias as in `ts/gradients.ts`.
fn exact_gradients(x: &[f32], dy: &[f32], parameters: Parameters) -> [Exact; 3] {
    let mut gradients = [Exact::default(); 3];
    let beta = f64::from(parameters.beta);
    let density_scale = -parameters.exact_smooth_scale() / beta;
    let largest = [
        exact::density(0.0) / beta,
        (density_scale * exact::density(0.0)).abs(),
        exact::slope_size(parameters),
    ];
    for (&x, &dy) in x.iter().zip(dy) {
        let input = x + parameters.bias;
        let t = exact::argument(input, parameters);
        let derivatives = [
            f64::from(input).min(0.0) - exact::smooth(t) / beta,
            density_scale * exact::density(t),
            exact::slope(input, parameters),
        ];
        for ((exact, derivative), largest) in gradients.iter_mut().zip(derivatives).zip(largest) {
            exact.gradient += derivative * f64::from(dy);
            exact.magnitudes += (derivative * f64::from(dy)).abs();
            exact.largest_magnitudes += derivative.abs().max(largest) * f64::from(dy).abs();
        }
    }
    gradients
}

/// The same gradients from a kernel's four sums.
fn gradients(sums: [f64; sum::COUNT], parameters: Parameters) -> [f64; 3] {
    let beta = f64::from(parameters.beta);
    [
        sums[sum::NEGATIVE] - smooth_unit() * sums[sum::SMOOTH] / beta,
        -parameters.exact_smooth_scale() / beta
            * (smooth_unit() * sums[sum::SMOOTH]
                + tail_unit() / argument_scale() * sums[sum::TAIL]),
        sums[sum::SLOPE],
    ]
}

/// Asserts that each parameter's gradient errs by at most a millionth of `size`.
#[track_caller]
fn assert_close(
    (sums, with_bias): ([f64; sum::COUNT], bool),
    x: &[f32],
    dy: &[f32],
    parameters: Parameters,
    size: fn(Exact) -> f64,
) {
    let names: &[&str] = if with_bias { &["alpha", "beta", "bias"] } else { &["alpha", "beta"] };
    let found = gradients(sums, parameters);
    let exact = exact_gradients(x, dy, parameters);
    for ((name, found), exact) in names.iter().zip(found).zip(exact) {
        let (error, size) = ((found - exact.gradient).abs(), size(exact));
        assert!(
            error <= 1.25e-6 * size,
            "d{name} of {} elements is {found:e}, expected {:e}: {:.2e} of {size:e}, {parameters:?}",
            x.len(),
            exact.gradient,
            error / size,
        );
    }
}

/// The sums of the uniform kernel, which has none for the bias.
fn by_kind(columns: ColumnSums) -> ([f64; sum::COUNT], bool) {
    (columns.map(|columns| columns.iter().sum()), false)
}

fn bits(sums: &[f64]) -> Vec<u64> {
    sums.iter().map(|sum| sum.to_bits()).collect()
}

#[test]
fn terms_are_the_documented_products() {
    let mut random = Random(11);
    for parameters in [DEFAULTS, parameters(0.15, 1.0), parameters(-0.5, 2.0)] {
        let x = random.inputs(2000, parameters.beta, 6.0);
        for (&x, dy) in x.iter().zip(random.gradients(2000)) {
            assert_eq!(
                terms(x, dy, parameters),
                products(x, dy, parameters),
                "{x:e}, {parameters:?}"
            );
        }
    }
}

#[test]
fn sums_have_the_documented_order() {
    assert_eq!(GROUP, COLUMNS * VECTORS);
    let mut random = Random(1);
    for parameters in [DEFAULTS, parameters(0.15, 1.0), parameters(-0.5, 2.0)] {
        for length in LENGTHS {
            // From 3 on, some groups have all of a column beyond the clamp.
            for widest in [3.0, 60.0] {
                let x = random.inputs(length, parameters.beta, widest);
                let dy = random.gradients(length);
                let found = backward_sums(&x, &dy, parameters).1;
                let expected = in_documented_order(&x, &dy, parameters);
                let what = (length, widest, parameters);
                assert_eq!(bits(found.as_flattened()), bits(expected.as_flattened()), "{what:?}");
            }
        }
    }
}

#[test]
fn sums_of_positions_have_the_documented_order() {
    let mut random = Random(2);
    for positions in [1, 2, 5, 23, 24, 25, 47, 48, 60, 100] {
        let table = Table::of(&random.channels(positions));
        let groups = groups_a_chunk(positions);
        for length in [0, 7, GROUP, 100, groups * GROUP, 2 * groups * GROUP + 35] {
            let first = random.below(positions);
            let (x, dy) = (random.inputs(length, 1.0, 4.0), random.gradients(length));
            let mut sums = PositionSums::new(&table);
            backward_channels_to(Output::Apart, &x, &dy, first, &table, &mut sums);
            let expected = places_in_documented_order(&x, &dy, first, &table, groups);
            for (kind, expected) in expected.iter().enumerate() {
                let what = (kind, positions, length, first);
                assert_eq!(bits(sums.row(kind)), bits(expected), "{what:?}");
            }
        }
    }
}

#[test]
fn a_split_at_the_end_of_a_chunk_changes_no_bit() {
    let parameters = parameters(0.15, 1.0);
    let mut random = Random(3);
    let length = 5 * CHUNK + 11;
    let (x, dy) = (random.inputs(length, parameters.beta, 4.0), random.gradients(length));
    let whole = backward_sums(&x, &dy, parameters).1;
    for chunks in 0..=5 {
        let mut block = block(parameters);
        let (x_parts, dy_parts) = (x.split_at(chunks * CHUNK), dy.split_at(chunks * CHUNK));
        backward_sums_into(&mut block, Output::Apart, x_parts.0, dy_parts.0);
        backward_sums_into(&mut block, Output::Apart, x_parts.1, dy_parts.1);
        assert_eq!(bits(block.sums.as_flattened()), bits(whole.as_flattened()), "{chunks} chunks");
    }
}

#[test]
fn a_split_at_the_end_of_a_chunk_changes_no_bit_of_a_position() {
    let mut random = Random(4);
    for positions in [1, 5, 24, 50] {
        let table = Table::of(&random.channels(positions));
        let chunk = groups_a_chunk(positions) * GROUP;
        let length = 3 * chunk + 11;
        let (x, dy) = (random.inputs(length, 1.0, 4.0), random.gradients(length));
        let add = |sums: &mut PositionSums, from: usize, to: usize| {
            let first = from % positions;
            backward_channels_to(Output::Apart, &x[from..to], &dy[from..to], first, &table, sums);
        };
        let mut whole = PositionSums::new(&table);
        add(&mut whole, 0, length);
        for at in (0..=length).step_by(chunk) {
            let mut parts = PositionSums::new(&table);
            add(&mut parts, 0, at);
            add(&mut parts, at, length);
            assert_eq!(bits(&parts.memory), bits(&whole.memory), "{positions} positions, at {at}");
        }
    }
}

const ERROR_PARAMETERS: [Parameters; 4] =
    [DEFAULTS, parameters(0.15, 1.0), parameters(2.0, 3.0), parameters(-1.0, 0.1)];

#[test]
fn sums_of_an_array_are_within_a_millionth_of_the_terms_magnitudes() {
    let mut random = Random(5);
    for parameters in ERROR_PARAMETERS {
        for length in [1000, 20_000] {
            for widest in [0.5, 3.0, 30.0] {
                let x = random.inputs(length, parameters.beta, widest);
                let dy = random.gradients(length);
                let sums = by_kind(backward_sums(&x, &dy, parameters).1);
                assert_close(sums, &x, &dy, parameters, |exact| exact.magnitudes);
            }
        }
    }
}

#[test]
fn sums_of_few_elements_are_within_a_millionth_of_the_largest_terms_magnitudes() {
    let mut random = Random(8);
    for parameters in ERROR_PARAMETERS {
        for length in [1, 2, 10] {
            for widest in [0.5, 3.0, 6.0, 2000.0] {
                for _ in 0..100 {
                    let x = random.inputs(length, parameters.beta, widest);
                    let dy = random.gradients(length);
                    let sums = by_kind(backward_sums(&x, &dy, parameters).1);
                    assert_close(sums, &x, &dy, parameters, |exact| exact.largest_magnitudes);
                }
            }
        }
    }
}

#[test]
fn sums_of_terms_of_one_sign_do_not_drift() {
    let parameters = parameters(0.15, 1.0);
    let length = 300_000;
    let (x, dy) = (Random(6).inputs(length, 1.0, 2.0), vec![1.0; length]);
    let sums = by_kind(backward_sums(&x, &dy, parameters).1);
    assert_close(sums, &x, &dy, parameters, |exact| exact.magnitudes);
}

#[test]
fn sums_of_a_channel_are_those_of_its_elements() {
    let mut random = Random(7);
    for positions in [1, 3, 24, 31, 60] {
        let table = Table::of(&random.channels(positions));
        let length = 200 * positions + 5;
        let first = random.below(positions);
        let (x, dy) = (random.inputs(length, 1.0, 3.0), random.gradients(length));
        let mut sums = PositionSums::new(&table);
        backward_channels_to(Output::Apart, &x, &dy, first, &table, &mut sums);
        for (channel, &parameters) in table.channels.iter().enumerate() {
            let begin = (positions + channel - first) % positions;
            let own = |values: &[f32]| -> Vec<f32> {
                values[begin..].iter().step_by(positions).copied().collect()
            };
            let (x, dy) = (own(&x), own(&dy));
            let found = std::array::from_fn(|kind| sums.of_channel(kind, channel, positions));
            assert_close((found, true), &x, &dy, parameters, |exact| exact.largest_magnitudes);
            // The kernel with uniform parameters, x + bias its input: the same terms in another order.
            let input: Vec<f32> = x.iter().map(|x| x + parameters.bias).collect();
            let (alone, _) = by_kind(backward_sums(&input, &dy, parameters).1);
            let magnitudes: f64 =
                dy.iter().zip(&input).map(|(dy, x)| f64::from(dy * x).abs()).sum();
            for (kind, (found, alone)) in found.into_iter().zip(alone).enumerate().take(sum::SLOPE)
            {
                let scale = if kind == sum::NEGATIVE { magnitudes } else { dy.len() as f64 };
                assert!((found - alone).abs() <= 1e-6 * scale, "{found} {alone}, kind {kind}");
            }
        }
    }
}
