//! Composite polynomials: a function that falls from a constant to 0 as a power of a polynomial.
//!
//! To approximate f on [0, clamp] with f(clamp) = 0, fit f^(1/8) - f(0)^(1/8) by a polynomial r of
//! degree 7 without constant term and square three times. Squaring in the expanded form
//! (c + r)^2 = c^2 + r (r + 2c) keeps the constant apart, so that small t loses nothing:
//!
//! ```text
//! r = t q(t)    v = r (r + shift0)    w = v (v + shift1)    f = constant + w (w + shift2)
//! ```
//!
//! Sixteen roundings, no division, no exponential, no branch. Fitted by `scripts/fit/fit.py`.

use crate::block::{Composite, VECTORS};
use crate::lanes::Lanes;

/// The composite at each of `t`, which lie in [0, clamp].
///
/// `steps` is [`crate::block::Constants::steps`].
#[inline(always)]
pub fn evaluate<V: Lanes>(composite: &Composite, steps: u32, t: &[V; VECTORS]) -> [V; VECTORS] {
    let mut value = [V::uniform(&composite.poly[0]); VECTORS];
    let mut next: *const _ = &raw const composite.poly[1];
    for _ in 0..steps {
        // SAFETY: steps is DEGREE - 1, so that next stays within poly.
        let coefficient = V::uniform(unsafe { &*next });
        for (value, t) in value.iter_mut().zip(t) {
            *value = value.mul_add(*t, coefficient);
        }
        // SAFETY: at most one past the end of poly, which is within the Composite.
        next = unsafe { next.add(1) };
    }
    let [shift0, shift1, shift2] = &composite.shift;
    let mut result = value;
    for (value, t) in result.iter_mut().zip(t) {
        let r = value.mul(*t);
        let v = r.mul(r.add(V::uniform(shift0)));
        let w = v.mul(v.add(V::uniform(shift1)));
        *value = w.mul_add(w.add(V::uniform(shift2)), V::uniform(&composite.constant));
    }
    result
}
