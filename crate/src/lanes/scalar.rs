//! One lane: the tier for engines without SIMD, and what tests compare the others with.

use super::{Lanes, Splat};

impl Lanes for f32 {
    const WIDTH: usize = 1;
    const FUSED: bool = false;

    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        // SAFETY: the caller gives one readable value; it may lie at any alignment.
        unsafe { source.read_unaligned() }
    }

    #[inline(always)]
    unsafe fn store(self, target: *mut f32) {
        // SAFETY: the caller gives one writable value; it may lie at any alignment.
        unsafe { target.write_unaligned(self) }
    }

    #[inline(always)]
    fn uniform(source: &Splat) -> Self {
        source.0[0]
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self + other
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self - other
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self * other
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        self * factor + addend
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        if other < self { other } else { self }
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        if self < other { other } else { self }
    }

    #[inline(always)]
    fn min_magnitude(self, other: Self) -> Self {
        // In integers, because V8 makes a branch of a choice between two floats.
        let bits = self.to_bits() as i32;
        let below = (other.to_bits() as i32).wrapping_sub(bits);
        let nan = (f32::INFINITY.to_bits() as i32).wrapping_sub(bits) >> 31;
        f32::from_bits((bits.wrapping_add(below & (below >> 31)) | nan) as u32)
    }

    #[inline(always)]
    fn leaky(self, alpha: Self, one: Self) -> Self {
        // As above; a 1 that the optimiser knew would make it a choice again.
        self * self.sign_mask().and(alpha.xor(one)).xor(one)
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        f32::from_bits(self.to_bits() & other.to_bits())
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        f32::from_bits(self.to_bits() ^ other.to_bits())
    }

    #[inline(always)]
    fn sign_mask(self) -> Self {
        f32::from_bits((self.to_bits() as i32 >> 31) as u32)
    }

    #[inline(always)]
    fn differs_mask(self, other: Self) -> Self {
        f32::from_bits(if self != other { u32::MAX } else { 0 })
    }

    #[inline(always)]
    fn min_bits(self, other: Self) -> Self {
        f32::from_bits(self.to_bits().min(other.to_bits()))
    }

    #[inline(always)]
    fn any_bits_below(self, limit: Self) -> bool {
        (self.to_bits() as i32) < (limit.to_bits() as i32)
    }

    #[inline(always)]
    unsafe fn add_to_f64(self, target: *mut f64) {
        // SAFETY: the caller gives one readable and writable, aligned value.
        unsafe { *target += f64::from(self) }
    }
}
