//! Composite polynomials: functions that fall to 0 as a power of a polynomial.
//!
//! To approximate f on [0, clamp], fit a root of f / f(0), the fourth or the eighth, by a polynomial and
//! square it. But for the last, the squarings are in the expanded form (c + r)^2 = c^2 + r (r + 2c), which
//! keeps the constant apart, so that small t loses nothing:
//!
//! ```text
//! h:  r = polynomial of degree 8, without a constant    root(t) = r (r + shift) + root(0)
//! Q:  r = polynomial of degree 7, without a constant    v = r (r + shift0)
//!                                                       root(t) = v (v + shift1) + root(0)
//! f / unit = root(t)^2 - root(clamp)^2
//! ```
//!
//! No division, no exponential, no branch. The caller multiplies by the unit where it multiplies anyway.
//! A composite has two free scales, that of t and that of r; h spends both to save an operation each.
//! Fitted by `scripts/fit/fit.py`; docs/performance.md has the figures of other forms.

use crate::block::{STEPS, Smooth, Tail, VECTORS};
use crate::lanes::{Lanes, Splat};

/// h at each of `t`, without its unit; exactly 0 at the clamp, where the root is 0.
///
/// The scale of t makes the polynomial's leading coefficient −1, the scale of r makes the shift 1.
///
/// # Safety
/// `steps` is at most [`crate::block::STEPS`]: it is read from [`crate::block::Constants::steps`].
#[inline(always)]
pub unsafe fn smooth<V: Lanes>(smooth: &Smooth, steps: u32, t: &[V; VECTORS]) -> [V; VECTORS] {
    let [first, second, rest @ ..] = &smooth.poly;
    let begin = t.map(|t| V::uniform(first).sub(t).mul_add(t, V::uniform(second)));
    // SAFETY: STEPS coefficients are left.
    let mut values = unsafe { horner(begin, rest, steps, t) };
    for (value, t) in values.iter_mut().zip(t) {
        let r = value.mul(*t);
        let root = r.mul_add(r, r).add(V::uniform(&smooth.root));
        *value = root.mul(root);
    }
    values
}

/// Q at each of `t`, without its unit; exactly 0 at the clamp, since what is left of the square there is
/// subtracted: Q falls too slowly for a root that reaches 0.
///
/// The last square, of w + 1/2, is w^2 + (w + 1/4), which puts the largest numbers where their rounding
/// matters least. At the clamp w is a number whose square is exact, so that both ways to round give 0.
///
/// # Safety
/// As of [`smooth`].
#[inline(always)]
pub unsafe fn tail<V: Lanes>(tail: &Tail, steps: u32, t: &[V; VECTORS]) -> [V; VECTORS] {
    let [first, second, rest @ ..] = &tail.poly;
    let begin = t.map(|t| V::uniform(first).mul_add(t, V::uniform(second)));
    // SAFETY: STEPS coefficients are left.
    let mut values = unsafe { horner(begin, rest, steps, t) };
    let [shift0, shift1] = &tail.shift;
    for (value, t) in values.iter_mut().zip(t) {
        let r = value.mul(*t);
        let v = r.mul(r.add(V::uniform(shift0)));
        let w = v.mul(v.add(V::uniform(shift1)));
        *value = w.mul_add(w, w.add(V::uniform(&tail.start)));
    }
    values
}

/// Goes on with Horner's rule from `values`: `steps` times `value t + coefficient`.
///
/// A loop whose end the optimiser cannot see, so that the accumulators' steps stay interleaved
/// (docs/architecture.md, "Instruction order").
///
/// # Safety
/// `steps` is at most [`STEPS`].
#[inline(always)]
unsafe fn horner<V: Lanes>(
    mut values: [V; VECTORS],
    coefficients: &[Splat; STEPS],
    steps: u32,
    t: &[V; VECTORS],
) -> [V; VECTORS] {
    let mut next = coefficients.as_ptr();
    for _ in 0..steps {
        // SAFETY: steps is at most STEPS, so that next stays within the coefficients.
        let coefficient = V::uniform(unsafe { &*next });
        for (value, t) in values.iter_mut().zip(t) {
            *value = value.mul_add(*t, coefficient);
        }
        // SAFETY: at most one past the last coefficient.
        next = unsafe { next.add(1) };
    }
    values
}
