//! Composite polynomials: a function that falls to 0 as a power of a polynomial.
//!
//! To approximate f on [0, clamp] with f(clamp) = 0, fit the eighth root of f / f(0) by a polynomial of
//! degree 7 and square it three times. Squaring in the expanded form (c + r)^2 = c^2 + r (r + 2c) keeps
//! the constant apart, so that small t loses nothing; in the last step c is 1/2, and c^2 + w + w^2 puts
//! the largest numbers where their rounding matters least:
//!
//! ```text
//! r = t q(t)    v = r (r + shift0)    w = v (v + shift1)    f / unit = (w + 1/4) + w^2
//! ```
//!
//! The result falls from 1/4 to 0; `unit` is 4 f(0), and the caller multiplies by it where it multiplies
//! anyway. No division, no exponential, no branch. Fitted by `scripts/fit/fit.py`.
//!
//! In place of (constant + w (w + shift2)), with the same number of operations: the worst error of h in
//! units of 2^-24 h(0) is 2.1 where that had 2.9.

use crate::block::{Composite, VECTORS};
use crate::lanes::{Lanes, Splat};

/// The composite at each of `t`, which lie in [0, clamp], without its unit.
///
/// With `ZERO_AT_CLAMP` the last step is never fused: rounded twice it is exactly 0 at the clamp, where w
/// is within 8e-5 of -1/2. Without, the caller clears what it does not want.
///
/// # Safety
/// `steps` is at most `DEGREE - 1`: it is read from [`crate::block::Constants::steps`].
#[inline(always)]
pub unsafe fn evaluate<V: Lanes, const ZERO_AT_CLAMP: bool>(
    composite: &Composite,
    quarter: &Splat,
    steps: u32,
    t: &[V; VECTORS],
) -> [V; VECTORS] {
    let mut value = [V::uniform(&composite.poly[0]); VECTORS];
    // SAFETY: within poly. Derived from the whole array, whose later elements it reaches.
    let mut next = unsafe { composite.poly.as_ptr().add(1) };
    for _ in 0..steps {
        // SAFETY: steps is at most DEGREE - 1, so that next stays within poly.
        let coefficient = V::uniform(unsafe { &*next });
        for (value, t) in value.iter_mut().zip(t) {
            *value = value.mul_add(*t, coefficient);
        }
        // SAFETY: at most one past the end of poly.
        next = unsafe { next.add(1) };
    }
    let [shift0, shift1] = &composite.shift;
    for (value, t) in value.iter_mut().zip(t) {
        let r = value.mul(*t);
        let v = r.mul(r.add(V::uniform(shift0)));
        let w = v.mul(v.add(V::uniform(shift1)));
        let rest = w.add(V::uniform(quarter));
        *value = if ZERO_AT_CLAMP { w.mul(w).add(rest) } else { w.mul_add(w, rest) };
    }
    value
}
