//! Where a group's parameters come from: one value for all elements, or one a position.

use crate::block::{self, Constants, GROUP, row};
use crate::lanes::Lanes;

/// The parameters of the group at hand. `at` counts elements from the group's start.
pub trait Parameters<V: Lanes>: Copy {
    /// Whether forward's short way is a loop over vectors, which takes less code, or written out, which takes
    /// less time.
    const ROLLED: bool;

    /// x + bias.
    fn input(self, x: V, at: usize) -> V;

    /// A magnitude that is at or above [`Self::clamped_from`] where both composites are exactly 0.
    fn distance(self, input: V, at: usize) -> V;

    /// See [`Self::distance`].
    fn clamped_from(self) -> V;

    /// The composites' argument, min(|beta x|, clamp), of a distance.
    fn argument(self, distance: V) -> V;

    /// Leaky ReLU: x where x >= 0, alpha x elsewhere, and 0 where alpha is 0.
    fn leaky(self, input: V, at: usize) -> V;

    /// 4 phi(0) (1 - alpha) / beta.
    fn smooth_scale(self, at: usize) -> V;

    /// What [`Self::tail`] is multiplied by to give (alpha - 1) Q.
    fn tail_scale(self, at: usize) -> V;

    /// A composite of Q, in the unit that [`Self::tail_scale`] is made for.
    fn tail(self, composite: V) -> V;

    /// The exclusive or of alpha's bits and 1.0's.
    fn alpha_toggle(self, at: usize) -> V;
}

/// One value for all elements, no bias: the common case. `leaky` needs an alpha of at most 1 that is not 0, and
/// `tail_scale` one whose double is finite.
#[derive(Clone, Copy)]
pub struct Uniform<'a>(pub &'a Constants, pub &'a block::Uniform);

impl<V: Lanes> Parameters<V> for Uniform<'_> {
    const ROLLED: bool = false;

    #[inline(always)]
    fn input(self, x: V, _: usize) -> V {
        x
    }

    #[inline(always)]
    fn leaky(self, input: V, _: usize) -> V {
        input.leaky(V::uniform(&self.1.alpha), V::uniform(&self.0.one))
    }

    #[inline(always)]
    fn distance(self, input: V, _: usize) -> V {
        input.and(V::uniform(&self.0.magnitude))
    }

    #[inline(always)]
    fn clamped_from(self) -> V {
        V::uniform(&self.1.clamped_from)
    }

    #[inline(always)]
    fn argument(self, distance: V) -> V {
        let u = distance.mul(V::uniform(&self.1.beta));
        u.min_magnitude(V::uniform(&self.0.clamp))
    }

    #[inline(always)]
    fn smooth_scale(self, _: usize) -> V {
        V::uniform(&self.1.smooth_scale)
    }

    #[inline(always)]
    fn tail_scale(self, _: usize) -> V {
        V::uniform(&self.1.tail_scale)
    }

    #[inline(always)]
    fn tail(self, composite: V) -> V {
        composite
    }

    #[inline(always)]
    fn alpha_toggle(self, _: usize) -> V {
        V::uniform(&self.1.alpha_toggle)
    }
}

/// One value a position, from a channel table.
#[derive(Clone, Copy)]
pub struct PerChannel<'a> {
    /// What does not depend on the parameters.
    pub constants: &'a Constants,
    /// The table's first row, at the group's first position.
    pub table: *const f32,
    /// Values a row.
    pub stride: usize,
    /// See [`crate::block::Block::plain_table`]. Asked for each vector, since that spares two operations of the
    /// bias and four of leaky ReLU.
    pub plain: bool,
}

impl PerChannel<'_> {
    #[inline(always)]
    fn row<V: Lanes>(self, row: usize, at: usize) -> V {
        debug_assert!(at + V::WIDTH <= GROUP);
        // SAFETY: the kernel's caller gives a table of row::COUNT rows of `stride` values, and the
        // kernel moves `table` only to positions that leave GROUP values of each row.
        unsafe { V::load(self.table.add(row * self.stride + at)) }
    }
}

impl<V: Lanes> Parameters<V> for PerChannel<'_> {
    const ROLLED: bool = true;

    #[inline(always)]
    fn input(self, x: V, at: usize) -> V {
        if self.plain { x } else { x.add(self.row(row::BIAS, at)) }
    }

    #[inline(always)]
    fn distance(self, input: V, at: usize) -> V {
        let u = input.and(V::uniform(&self.constants.magnitude));
        u.mul(self.row(row::BETA, at))
    }

    #[inline(always)]
    fn clamped_from(self) -> V {
        V::uniform(&self.constants.clamp)
    }

    #[inline(always)]
    fn argument(self, distance: V) -> V {
        distance.min_magnitude(V::uniform(&self.constants.clamp))
    }

    #[inline(always)]
    fn leaky(self, input: V, at: usize) -> V {
        let alpha: V = self.row(row::ALPHA, at);
        if self.plain {
            return input.leaky(alpha, V::uniform(&self.constants.one));
        }
        // Exact for any alpha, since one of the two addends is 0; where alpha is 0 the negative side
        // is cleared first, since 0 times infinity must be 0.
        let zero = V::uniform(&self.constants.zero);
        let negative = input.and(alpha.differs_mask(zero)).min(zero);
        input.max(zero).add(alpha.mul(negative))
    }

    #[inline(always)]
    fn smooth_scale(self, at: usize) -> V {
        self.row(row::SMOOTH_SCALE, at)
    }

    #[inline(always)]
    fn tail_scale(self, at: usize) -> V {
        self.row(row::TAIL_SCALE, at)
    }

    #[inline(always)]
    fn tail(self, composite: V) -> V {
        composite.add(composite) // and not in the scale, where it could overflow
    }

    #[inline(always)]
    fn alpha_toggle(self, at: usize) -> V {
        let alpha: V = self.row(row::ALPHA, at);
        alpha.xor(V::uniform(&self.constants.one))
    }
}
