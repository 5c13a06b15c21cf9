//! dx = (dy/dx) dy and the terms of the parameters' sums, a group at a time.
//!
//! ```text
//! dy/dx = x < 0 ? alpha + (1 - alpha) Q(t) : 1 - (1 - alpha) Q(t)        t = min(|beta x|, clamp)
//! ```
//!
//! Q is 0 from the clamp on.
//!
//! The density needs no polynomial of its own: phi(t) = h(t) + t Q(t), so that the sum of phi dy is
//! the sum of h dy and the sum of t Q dy.
//!
//! ```text
//! terms: min(x, 0) dy, h(t) dy, t Q(t) dy, dx
//! ```

use crate::block::{Constants, VECTORS, sum};
use crate::composite;
use crate::forward::any_below;
use crate::lanes::{COLUMNS, Lanes};
use crate::parameters::Parameters;
use crate::sums::{Sums, Terms};
use core::array::from_fn;

/// One group: `x` and `dy` to `dx` and, if `WITH_SUMS`, terms to `sums`.
///
/// # Safety
/// `x` and `dy` are readable and `dx` writable for `GROUP` values; `dx` is the address of `x` or of
/// `dy` or does not overlap them; `constants` are written.
#[inline(always)]
pub unsafe fn group<V: Lanes, P: Parameters<V>, S: Sums<V>, const WITH_SUMS: bool>(
    x: *const f32,
    dy: *const f32,
    dx: *mut f32,
    parameters: P,
    sums: S,
    constants: &Constants,
) {
    for column in (0..COLUMNS).step_by(V::WIDTH) {
        // A vector of x or dy is read for the last time before the vector of dx at its place is
        // written.
        let input = |vector: usize| {
            let at = vector * COLUMNS + column;
            // SAFETY: column + WIDTH <= COLUMNS, so that the access lies within the group.
            let x = unsafe { V::load(x.add(at)) };
            parameters.input(x, at)
        };
        let gradient = |vector: usize| {
            // SAFETY: column + WIDTH <= COLUMNS, so that the access lies within the group.
            unsafe { V::load(dy.add(vector * COLUMNS + column)) }
        };
        let store = |vector: usize, value: V| {
            // SAFETY: column + WIDTH <= COLUMNS, so that the access lies within the group.
            unsafe { value.store(dx.add(vector * COLUMNS + column)) };
        };

        let distance: [V; VECTORS] =
            from_fn(|vector| parameters.distance(input(vector), vector * COLUMNS + column));
        if any_below(&distance, parameters.clamped_from()) {
            let t = distance.map(|distance| parameters.argument(distance));
            let steps = constants.steps[0];
            // SAFETY: the caller's block says STEPS.
            let tail = unsafe { composite::tail(&constants.tail, steps, &t) };
            let mut smooth = tail;
            if WITH_SUMS {
                // SAFETY: the caller's block says STEPS.
                smooth = unsafe { composite::smooth(&constants.smooth, steps, &t) };
            }
            let mut terms = sums.start(column);
            for vector in 0..VECTORS {
                let at = vector * COLUMNS + column;
                let (input, gradient) = (input(vector), gradient(vector));
                let negative = input.sign_mask();
                let sign = input.and(V::uniform(&constants.sign));
                let scale = sign.xor(parameters.tail_scale(at));
                let leaky_slope = leaky_slope(negative, parameters.alpha_toggle(at), constants);
                let tail = tail[vector];
                let product = scale.mul_add(parameters.tail(tail), leaky_slope).mul(gradient);
                store(vector, product);
                if WITH_SUMS {
                    terms.add_product(sum::NEGATIVE, vector, input.and(negative), gradient);
                    terms.add_product(sum::SMOOTH, vector, smooth[vector], gradient);
                    terms.add_product(sum::TAIL, vector, t[vector].mul(tail), gradient);
                    terms.add(sum::SLOPE, vector, product);
                }
            }
            terms.finish();
        } else {
            // Q and h are exactly 0: the same bits for less work.
            let mut terms = sums.start(column);
            for vector in 0..VECTORS {
                let at = vector * COLUMNS + column;
                let (input, gradient) = (input(vector), gradient(vector));
                let negative = input.sign_mask();
                let leaky_slope = leaky_slope(negative, parameters.alpha_toggle(at), constants);
                // 0, or NaN where x is.
                let none = input.differs_mask(input);
                let product = leaky_slope.add(none).mul(gradient);
                store(vector, product);
                if WITH_SUMS {
                    terms.add_product(sum::NEGATIVE, vector, input.and(negative), gradient);
                    terms.add_product(sum::SMOOTH, vector, none, gradient);
                    if S::Terms::WANTS_ZEROS {
                        terms.add_product(sum::TAIL, vector, none, gradient);
                    }
                    terms.add(sum::SLOPE, vector, product);
                }
            }
            terms.finish();
        }
    }
}

/// The slope of leaky ReLU, without a rounding: 1, or alpha where `negative` is set.
#[inline(always)]
fn leaky_slope<V: Lanes>(negative: V, alpha_toggle: V, constants: &Constants) -> V {
    negative.and(alpha_toggle).xor(V::uniform(&constants.one))
}
