//! y = leaky(x) + h(|beta x|) (1 - alpha) / beta, a group at a time.

use crate::block::{Constants, VECTORS};
use crate::composite;
use crate::lanes::{COLUMNS, Lanes};
use crate::parameters::Parameters;
use core::array::from_fn;

/// One group from `x` to `y`.
///
/// # Safety
/// `x` is readable and `y` writable for `GROUP` values; they are the same address or do not overlap;
/// `constants` are written: its `vectors` is at most `VECTORS`.
#[inline(always)]
pub unsafe fn group<V: Lanes, P: Parameters<V>>(
    x: *const f32,
    y: *mut f32,
    parameters: P,
    constants: &Constants,
) {
    for column in (0..COLUMNS).step_by(V::WIDTH) {
        // A vector of x is read for the last time before the vector of y at its place is written.
        let input = |vector: usize| {
            let at = vector * COLUMNS + column;
            // SAFETY: column + WIDTH <= COLUMNS, so that the access lies within the group.
            let x = unsafe { V::load(x.add(at)) };
            parameters.input(x, at)
        };
        let store = |vector: usize, value: V| {
            // SAFETY: column + WIDTH <= COLUMNS, so that the access lies within the group.
            unsafe { value.store(y.add(vector * COLUMNS + column)) };
        };

        let distance: [V; VECTORS] =
            from_fn(|vector| parameters.distance(input(vector), vector * COLUMNS + column));
        if any_below(&distance, parameters.clamped_from()) {
            let t = distance.map(|distance| parameters.argument(distance));
            // SAFETY: the caller's block says STEPS.
            let smooth = unsafe { composite::smooth(&constants.smooth, constants.steps[0], &t) };
            for (vector, smooth) in smooth.into_iter().enumerate() {
                let at = vector * COLUMNS + column;
                let leaky = parameters.leaky(input(vector), at);
                store(vector, smooth.mul_add(parameters.smooth_scale(at), leaky));
            }
        } else {
            // Every smooth part is exactly 0: the same bits for less work. Adding it makes −0, which
            // alpha x may have underflowed to, 0 as on the other path.
            let vectors = if P::ROLLED { constants.vectors[0] as usize } else { VECTORS };
            for vector in 0..vectors {
                let at = vector * COLUMNS + column;
                let leaky = parameters.leaky(input(vector), at);
                store(vector, V::uniform(&constants.zero).add(leaky));
            }
        }
    }
}

/// Whether any distance is below `limit`; a NaN is not.
///
/// The first vector is asked alone: where it says yes, and most groups that are not early do there,
/// the others cost nothing. (Asking for the smallest of all six at once took 3 % more.) Not so for a
/// vector of one lane, which is far from 0 too often to be foreseen by the processor.
#[inline(always)]
pub fn any_below<V: Lanes>(distance: &[V; VECTORS], limit: V) -> bool {
    let [first, second, rest @ ..] = distance;
    let nearest = || rest.iter().fold(*second, |least, next| least.min_bits(*next));
    if V::WIDTH == 1 {
        return nearest().min_bits(*first).any_bits_below(limit);
    }
    first.any_bits_below(limit) || nearest().any_bits_below(limit)
}
