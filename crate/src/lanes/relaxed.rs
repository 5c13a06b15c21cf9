//! Four lanes of relaxed SIMD: as [`F32x4`], except that `mul_add` fuses where the processor can.

use super::simd128::F32x4;
use super::{Lanes, Splat};
use core::arch::wasm32::f32x4_relaxed_madd;

/// Four `f32` lanes whose [`Lanes::mul_add`] is `f32x4.relaxed_madd`.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct F32x4Relaxed(F32x4);

impl Lanes for F32x4Relaxed {
    const WIDTH: usize = F32x4::WIDTH;
    const FUSED: bool = true;

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(F32x4(f32x4_relaxed_madd(self.0.0, factor.0.0, addend.0.0)))
    }

    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        // SAFETY: the caller's promise is the same.
        Self(unsafe { F32x4::load(source) })
    }

    #[inline(always)]
    unsafe fn store(self, target: *mut f32) {
        // SAFETY: the caller's promise is the same.
        unsafe { self.0.store(target) }
    }

    #[inline(always)]
    fn uniform(source: &Splat) -> Self {
        Self(F32x4::uniform(source))
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0.add(other.0))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0.sub(other.0))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0.mul(other.0))
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(self.0.min(other.0))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(self.0.max(other.0))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(self.0.and(other.0))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(self.0.xor(other.0))
    }

    #[inline(always)]
    fn differs_mask(self, other: Self) -> Self {
        Self(self.0.differs_mask(other.0))
    }

    #[inline(always)]
    fn min_bits(self, other: Self) -> Self {
        Self(self.0.min_bits(other.0))
    }

    #[inline(always)]
    fn sign_mask(self) -> Self {
        Self(self.0.sign_mask())
    }

    #[inline(always)]
    fn any_bits_below(self, limit: Self) -> bool {
        self.0.any_bits_below(limit.0)
    }

    #[inline(always)]
    unsafe fn add_to_f64(self, target: *mut f64) {
        // SAFETY: the caller's promise is the same.
        unsafe { self.0.add_to_f64(target) }
    }
}
