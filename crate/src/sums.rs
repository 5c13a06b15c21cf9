//! Sums over elements in a fixed order, which depends on nothing but an element's place in its array.
//!
//! An array's elements are added in columns: element i belongs to column i mod 4, on every tier. A
//! group's six terms of a column are added one after the other in `f32`, then the sums of sixteen
//! groups in `f32`, and everything above that in `f64`. A term thus passes at most 5 + 16 roundings of
//! `f32`.

use crate::block::{Block, GROUP, GROUPS_A_CHUNK, sum};
use crate::lanes::{COLUMNS, Lanes, Splat};

/// Where the terms of groups go.
pub trait Sums<V: Lanes>: Copy {
    /// Sums of the group at hand.
    type Terms: Terms<V>;

    /// Starts the terms of a group's vectors at `column`.
    fn start(self, column: usize) -> Self::Terms;
}

/// The terms of a group.
pub trait Terms<V: Lanes> {
    /// Whether a sum must be told of each vector, even of one whose terms are 0. (A NaN reaches every gradient by
    /// another sum.)
    const WANTS_ZEROS: bool;

    /// Adds a term of one of [`crate::block::sum`]; `vector` counts up from 0.
    fn add(&mut self, sum: usize, vector: usize, term: V);

    /// Adds a term that is a product.
    fn add_product(&mut self, sum: usize, vector: usize, term: V, factor: V);

    /// Takes the group's sums to where they go.
    fn finish(self);
}

/// Terms that nobody asked for.
#[derive(Clone, Copy)]
pub struct Ignored;

impl<V: Lanes> Sums<V> for Ignored {
    type Terms = Self;

    #[inline(always)]
    fn start(self, _: usize) -> Self {
        self
    }
}

impl<V: Lanes> Terms<V> for Ignored {
    const WANTS_ZEROS: bool = false;

    #[inline(always)]
    fn add(&mut self, _: usize, _: usize, _: V) {}

    #[inline(always)]
    fn add_product(&mut self, _: usize, _: usize, _: V, _: V) {}

    #[inline(always)]
    fn finish(self) {}
}

/// Sums of all elements, without the one for the bias, which would cost the others 2 %: who wants it adds
/// up dx.
#[derive(Clone, Copy)]
pub struct Total(pub *mut Block);

/// Sums of a group's elements.
///
/// Where a product and a sum are one operation, they are kept in memory: kept in registers, the compiler
/// nests the operations and spills all their factors (1.30 ns an element against 1.21; in memory 1.03).
/// Elsewhere registers are faster (1.27 against 1.28 and, with V8 13.6, 1.29 against 1.32).
pub struct GroupTotal<V> {
    block: *mut Block,
    column: usize,
    sums: [Option<V>; sum::COUNT],
}

impl<V: Lanes> GroupTotal<V> {
    /// The address of a row of the block's sums of a group.
    #[inline(always)]
    fn group(&self, sum: usize) -> *mut f32 {
        // SAFETY: the block outlives the kernel, and column + WIDTH <= COLUMNS.
        unsafe { (&raw mut (*self.block).group[sum]).cast::<f32>().add(self.column) }
    }
}

impl<V: Lanes> Sums<V> for Total {
    type Terms = GroupTotal<V>;

    #[inline(always)]
    fn start(self, column: usize) -> GroupTotal<V> {
        GroupTotal { block: self.0, column, sums: [None; sum::COUNT] }
    }
}

impl<V: Lanes> Terms<V> for GroupTotal<V> {
    const WANTS_ZEROS: bool = true;

    #[inline(always)]
    fn add(&mut self, _: usize, _: usize, _: V) {
        // The one sum whose terms are no products is that for the bias.
    }

    #[inline(always)]
    fn add_product(&mut self, sum: usize, vector: usize, term: V, factor: V) {
        if V::FUSED {
            let group = self.group(sum);
            // SAFETY: the block is the kernel's to write.
            unsafe {
                let total = match vector {
                    0 => term.mul(factor),
                    _ => term.mul_add(factor, V::load(group)),
                };
                total.store(group);
            }
        } else {
            let product = term.mul(factor);
            self.sums[sum] = Some(self.sums[sum].map_or(product, |sum| sum.add(product)));
        }
    }

    #[inline(always)]
    fn finish(self) {
        for sum in [sum::NEGATIVE, sum::SMOOTH, sum::TAIL] {
            // SAFETY: the block is the kernel's to write, and column + WIDTH <= COLUMNS.
            unsafe {
                let total = self.sums[sum].unwrap_or_else(|| V::load(self.group(sum)));
                let partial: *mut f32 = (&raw mut (*self.block).partial[sum]).cast();
                let partial = partial.add(self.column);
                V::load(partial).add(total).store(partial);
            }
        }
    }
}

/// Moves `length` partial sums, a multiple of [`COLUMNS`], to `f64` and sets them to 0.
///
/// # Safety
/// `partials` and `totals` are readable and writable for `length` values and aligned.
#[inline(never)]
unsafe fn flush<V: Lanes>(partials: *mut f32, totals: *mut f64, length: usize, zero: &Splat) {
    for at in (0..length).step_by(V::WIDTH) {
        // SAFETY: at + WIDTH <= length, since WIDTH divides it.
        unsafe {
            let partial = partials.add(at);
            V::load(partial).add_to_f64(totals.add(at));
            V::uniform(zero).store(partial);
        }
    }
}

impl Total {
    /// Groups between two moves to `f64`.
    pub const CHUNK: usize = GROUPS_A_CHUNK;

    /// Moves the partial sums to `f64`.
    ///
    /// # Safety
    /// The block is readable and writable.
    #[inline(always)]
    pub unsafe fn flush<V: Lanes>(self, zero: &Splat) {
        // SAFETY: both fields are sum::COUNT rows of COLUMNS values.
        unsafe {
            let partials = (&raw mut (*self.0).partial).cast();
            let totals = (&raw mut (*self.0).sums).cast();
            flush::<V>(partials, totals, sum::COUNT * COLUMNS, zero);
        }
    }
}

/// Sums a position of a channel table: `sum::COUNT` rows of `stride` `f64`, then as many of `f32`
/// for the partial sums.
#[derive(Clone, Copy)]
pub struct PerChannel {
    /// The first row.
    pub totals: *mut f64,
    /// Values a row.
    pub stride: usize,
    /// The position of the group's first element.
    pub position: usize,
}

impl PerChannel {
    #[inline(always)]
    fn partial(self, sum: usize, position: usize) -> *mut f32 {
        let totals = sum::COUNT * self.stride;
        // SAFETY: rows of `f32` follow the rows of `f64`, and position < stride.
        unsafe {
            let partials: *mut f32 = self.totals.add(totals).cast();
            partials.add(sum * self.stride + position)
        }
    }

    /// Moves the partial sums to `f64`.
    ///
    /// # Safety
    /// The rows are readable and writable, and `stride` is a multiple of [`COLUMNS`].
    #[inline(always)]
    pub unsafe fn flush<V: Lanes>(self, zero: &Splat) {
        // SAFETY: rows follow one another without a gap, so that all of them are one row.
        unsafe { flush::<V>(self.partial(0, 0), self.totals, sum::COUNT * self.stride, zero) }
    }

    /// Groups between two moves: a position receives at most [`GROUPS_A_CHUNK`] terms and one more.
    #[inline(always)]
    pub fn chunk(positions: usize) -> usize {
        GROUPS_A_CHUNK * (positions / GROUP).max(1)
    }
}

/// The terms of a group, which go straight to their positions.
pub struct GroupPositions {
    sums: PerChannel,
    column: usize,
}

impl GroupPositions {
    #[inline(always)]
    fn partial(&self, sum: usize, vector: usize) -> *mut f32 {
        self.sums.partial(sum, self.sums.position + vector * COLUMNS + self.column)
    }
}

impl<V: Lanes> Sums<V> for PerChannel {
    type Terms = GroupPositions;

    #[inline(always)]
    fn start(self, column: usize) -> GroupPositions {
        GroupPositions { sums: self, column }
    }
}

impl<V: Lanes> Terms<V> for GroupPositions {
    const WANTS_ZEROS: bool = false;

    #[inline(always)]
    fn add(&mut self, sum: usize, vector: usize, term: V) {
        let partial = self.partial(sum, vector);
        // SAFETY: the kernel moves `position` only to places that leave GROUP values of a row.
        unsafe { V::load(partial).add(term).store(partial) }
    }

    #[inline(always)]
    fn add_product(&mut self, sum: usize, vector: usize, term: V, factor: V) {
        let partial = self.partial(sum, vector);
        // SAFETY: as in `add`.
        unsafe { term.mul_add(factor, V::load(partial)).store(partial) }
    }

    #[inline(always)]
    fn finish(self) {}
}
