//! Four lanes of WebAssembly SIMD, every operation rounded once.

use super::{Lanes, Splat};
use core::arch::wasm32::*;

/// Four `f32` lanes in a `v128`.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub struct F32x4(pub v128);

impl Lanes for F32x4 {
    const WIDTH: usize = 4;
    const FUSED: bool = false;

    #[inline(always)]
    unsafe fn load(source: *const f32) -> Self {
        // SAFETY: the caller gives four readable values; v128.load takes any alignment.
        Self(unsafe { v128_load(source.cast()) })
    }

    #[inline(always)]
    unsafe fn store(self, target: *mut f32) {
        // SAFETY: the caller gives four writable values; v128.store takes any alignment.
        unsafe { v128_store(target.cast(), self.0) }
    }

    #[inline(always)]
    fn uniform(source: &Splat) -> Self {
        // SAFETY: a Splat is 16 readable bytes.
        Self(unsafe { v128_load((&raw const *source).cast()) })
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(f32x4_add(self.0, other.0))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(f32x4_sub(self.0, other.0))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0))
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        Self(f32x4_add(f32x4_mul(self.0, factor.0), addend.0))
    }

    // pmin and pmax are one instruction on x64, where f32x4.min and f32x4.max take 7 and 8.
    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(f32x4_pmin(self.0, other.0))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(f32x4_pmax(self.0, other.0))
    }

    #[inline(always)]
    fn and(self, other: Self) -> Self {
        Self(v128_and(self.0, other.0))
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Self(v128_xor(self.0, other.0))
    }

    #[inline(always)]
    fn sign_mask(self) -> Self {
        Self(i32x4_shr(self.0, 31))
    }

    #[inline(always)]
    fn differs_mask(self, other: Self) -> Self {
        Self(f32x4_ne(self.0, other.0))
    }

    #[inline(always)]
    fn min_bits(self, other: Self) -> Self {
        Self(u32x4_min(self.0, other.0))
    }

    #[inline(always)]
    fn any_bits_below(self, limit: Self) -> bool {
        v128_any_true(i32x4_lt(self.0, limit.0))
    }

    #[inline(always)]
    unsafe fn add_to_f64(self, target: *mut f64) {
        let low = f64x2_promote_low_f32x4(self.0);
        let high = f64x2_promote_low_f32x4(i64x2_shuffle::<1, 1>(self.0, self.0));
        let target: *mut v128 = target.cast();
        // SAFETY: the caller gives four readable and writable f64: two vectors of two.
        unsafe {
            v128_store(target, f64x2_add(v128_load(target), low));
            v128_store(target.add(1), f64x2_add(v128_load(target.add(1)), high));
        }
    }
}
