//! What a kernel may do with a vector: the one trait that every kernel is written over.
//!
//! A vector has [`Lanes::WIDTH`] lanes of `f32`. Three implementations exist, one a tier:
//! [`scalar`] (`f32`, one lane), `simd128` (`v128`, four lanes, every operation rounded once) and
//! `relaxed` (`v128`, [`Lanes::mul_add`] may fuse). A tier's semantics is exactly its `mul_add`:
//! everything else gives the same bits in all three.
//!
//! Every method is `#[inline(always)]`, so that a kernel compiles to one straight piece of code.

pub mod scalar;

#[cfg(target_feature = "relaxed-simd")]
pub mod relaxed;
#[cfg(target_feature = "simd128")]
pub mod simd128;

/// The lanes of the tier that this build is for.
#[cfg(target_feature = "relaxed-simd")]
pub type Native = relaxed::F32x4Relaxed;
/// The lanes of the tier that this build is for.
#[cfg(all(target_feature = "simd128", not(target_feature = "relaxed-simd")))]
pub type Native = simd128::F32x4;
/// The lanes of the tier that this build is for.
#[cfg(not(target_feature = "simd128"))]
pub type Native = f32;

/// Lanes of every tier's groups: sums are kept in this many independent columns on every tier,
/// so that a tier with one lane adds in the same order as a tier with four.
pub const COLUMNS: usize = 4;

/// A constant as the kernels read it: the same value in [`COLUMNS`] lanes, 16-byte aligned.
///
/// Constants are loaded from memory and not written into the code, because V8 from 13.6 rebuilds a
/// `v128.const` inside the loop, three instructions each.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Splat(pub [f32; COLUMNS]);

impl Splat {
    /// `value` in every lane.
    pub const fn of(value: f32) -> Self {
        Self([value; COLUMNS])
    }

    /// The bit pattern `bits` in every lane.
    pub const fn of_bits(bits: u32) -> Self {
        Self::of(f32::from_bits(bits))
    }
}

/// A vector of `f32` lanes.
///
/// Bit patterns: `and`, `xor` and the masks act on the lanes' IEEE 754 binary32 representation.
pub trait Lanes: Copy {
    /// Lanes in this vector; divides [`COLUMNS`].
    const WIDTH: usize;

    /// Whether [`Self::mul_add`] is one operation.
    const FUSED: bool;

    /// Reads `WIDTH` consecutive values, at any alignment.
    ///
    /// # Safety
    /// `source` is readable for `WIDTH` values.
    unsafe fn load(source: *const f32) -> Self;

    /// Writes `WIDTH` consecutive values, at any alignment, and nothing beside them.
    ///
    /// # Safety
    /// `target` is writable for `WIDTH` values.
    unsafe fn store(self, target: *mut f32);

    /// Reads a constant that is the same in every lane.
    fn uniform(source: &Splat) -> Self;

    /// `self + other`, rounded once.
    fn add(self, other: Self) -> Self;

    /// `self - other`, rounded once.
    fn sub(self, other: Self) -> Self;

    /// `self * other`, rounded once.
    fn mul(self, other: Self) -> Self;

    /// `self * factor + addend`: rounded after the product and after the sum, except on the relaxed
    /// tier, which may round once.
    fn mul_add(self, factor: Self, addend: Self) -> Self;

    /// `other < self ? other : self` a lane: a NaN in `self` stays.
    fn min(self, other: Self) -> Self;

    /// `self < other ? other : self` a lane: a NaN in `self` stays.
    fn max(self, other: Self) -> Self;

    /// The smaller of two magnitudes, of which `other` is finite: a NaN in `self` stays one.
    #[inline(always)]
    fn min_magnitude(self, other: Self) -> Self {
        self.min(other)
    }

    /// Leaky ReLU of an alpha that is at most 1 and not 0: a NaN in `self` stays, and so does −0 where alpha
    /// is above 0. `one` is 1, read from memory.
    #[inline(always)]
    fn leaky(self, alpha: Self, _one: Self) -> Self {
        self.max(self.mul(alpha)) // max keeps its first operand unless it is smaller
    }

    /// Bitwise and.
    fn and(self, other: Self) -> Self;

    /// Bitwise exclusive or.
    fn xor(self, other: Self) -> Self;

    /// All ones in the lanes whose sign bit is set (−0 and negative NaN included), else all zeros.
    fn sign_mask(self) -> Self;

    /// All ones, which is a NaN, in the lanes that are not equal (NaN included), else all zeros.
    fn differs_mask(self, other: Self) -> Self;

    /// The smaller bit pattern of each lane, as unsigned integers: of two magnitudes the smaller,
    /// with NaN above infinity.
    fn min_bits(self, other: Self) -> Self;

    /// Whether any lane's bit pattern is below `limit`'s, as signed integers.
    fn any_bits_below(self, limit: Self) -> bool;

    /// Adds each lane to the `f64` of the same index at `target`.
    ///
    /// # Safety
    /// `target` is readable and writable for `WIDTH` values, 8-byte aligned.
    unsafe fn add_to_f64(self, target: *mut f64);
}
