//! Holds the one lane of the scalar tier to what [`Lanes`] says of every tier.

use sau_simd::lanes::{Lanes, Native, Splat};

const NAN: f32 = f32::NAN;

/// Bit patterns of every kind, of both signs.
fn patterns() -> impl Iterator<Item = f32> + Clone {
    let magnitudes = [0.0, 1e-45, 1e-38, 0.5, 1.0, 1.5, 3e38, f32::INFINITY, NAN];
    let odd_nan = [f32::from_bits(0x7f80_0001), f32::from_bits(0xffff_ffff)];
    magnitudes.into_iter().flat_map(|value| [value, -value]).chain(odd_nan)
}

fn pairs() -> impl Iterator<Item = (f32, f32)> {
    patterns().flat_map(|a| patterns().map(move |b| (a, b)))
}

#[test]
fn one_lane_is_native_where_there_is_no_simd() {
    assert_eq!(Native::WIDTH, 1);
}

#[test]
fn min_takes_the_other_only_if_it_is_smaller() {
    for (a, b) in pairs() {
        let expected = if b < a { b } else { a };
        assert_eq!(Lanes::min(a, b).to_bits(), expected.to_bits(), "min({a:e}, {b:e})");
    }
    assert!(Lanes::min(NAN, 1.0).is_nan());
    assert_eq!(Lanes::min(1.0, NAN), 1.0);
    assert_eq!(Lanes::min(-0.0f32, 0.0).to_bits(), (-0.0f32).to_bits());
    assert_eq!(Lanes::min(0.0f32, -0.0).to_bits(), 0);
}

#[test]
fn max_takes_the_other_only_if_it_is_larger() {
    for (a, b) in pairs() {
        let expected = if a < b { b } else { a };
        assert_eq!(Lanes::max(a, b).to_bits(), expected.to_bits(), "max({a:e}, {b:e})");
    }
    assert!(Lanes::max(NAN, 1.0).is_nan());
    assert_eq!(Lanes::max(1.0, NAN), 1.0);
    assert_eq!(Lanes::max(-0.0f32, 0.0).to_bits(), (-0.0f32).to_bits());
    assert_eq!(Lanes::max(0.0f32, -0.0).to_bits(), 0);
}

#[test]
fn mul_add_rounds_after_the_product_and_after_the_sum() {
    let third = 1.0f32 / 3.0;
    assert_eq!(Lanes::mul_add(third, 3.0, -1.0), 0.0);
    assert_ne!(f32::mul_add(third, 3.0, -1.0), 0.0, "fused, it would not be 0");
    let a = 1.0 + f32::EPSILON;
    assert_eq!(Lanes::mul_add(a, a, -1.0), 2.0 * f32::EPSILON);
    assert_eq!(Lanes::add(1.0f32, f32::EPSILON / 4.0), 1.0);
    assert_eq!(Lanes::mul(1e-30f32, 1e-15).to_bits(), 1, "subnormals are kept");
}

#[test]
fn and_xor_act_on_bits() {
    for (a, b) in pairs() {
        assert_eq!(Lanes::and(a, b).to_bits(), a.to_bits() & b.to_bits());
        assert_eq!(Lanes::xor(a, b).to_bits(), a.to_bits() ^ b.to_bits());
    }
}

#[test]
fn sign_mask_asks_for_the_sign_bit() {
    for a in patterns() {
        let expected = if a.is_sign_negative() { u32::MAX } else { 0 };
        assert_eq!(Lanes::sign_mask(a).to_bits(), expected, "{a:e}");
    }
    assert_eq!(Lanes::sign_mask(-0.0f32).to_bits(), u32::MAX);
}

#[test]
fn differs_mask_is_set_for_nan_but_not_for_zeros_of_two_signs() {
    for (a, b) in pairs() {
        let expected = if a == b { 0 } else { u32::MAX };
        assert_eq!(Lanes::differs_mask(a, b).to_bits(), expected, "{a:e}, {b:e}");
    }
    assert_eq!(Lanes::differs_mask(NAN, NAN).to_bits(), u32::MAX);
    assert_eq!(Lanes::differs_mask(0.0f32, -0.0).to_bits(), 0);
}

#[test]
fn min_bits_is_the_smaller_magnitude_with_nan_above_infinity() {
    for (a, b) in pairs() {
        assert_eq!(Lanes::min_bits(a, b).to_bits(), a.to_bits().min(b.to_bits()));
    }
    assert_eq!(Lanes::min_bits(NAN, f32::INFINITY), f32::INFINITY);
    assert_eq!(Lanes::min_bits(2.0, NAN), 2.0);
}

#[test]
fn any_bits_below_compares_signed_bits() {
    for (a, b) in pairs() {
        assert_eq!(a.any_bits_below(b), (a.to_bits() as i32) < b.to_bits() as i32);
    }
    assert!(1.0f32.any_bits_below(2.0) && !2.0f32.any_bits_below(2.0));
    assert!(!NAN.abs().any_bits_below(f32::INFINITY), "NaN is not near");
    assert!(!f32::INFINITY.any_bits_below(f32::INFINITY));
}

#[test]
fn load_and_store_take_any_alignment_and_keep_every_bit() {
    let mut bytes = [0xa5u8; 16];
    for offset in 0..8 {
        for value in patterns() {
            bytes.fill(0xa5);
            let at: *mut f32 = bytes[offset..].as_mut_ptr().cast();
            // SAFETY: offset + 4 bytes lie within the array.
            let read = unsafe {
                value.store(at);
                <f32 as Lanes>::load(at)
            };
            assert_eq!(read.to_bits(), value.to_bits());
            let beside = [&bytes[..offset], &bytes[offset + 4..]].concat();
            assert!(beside.iter().all(|&byte| byte == 0xa5), "written beside {offset}");
        }
    }
}

#[test]
fn uniform_reads_what_a_splat_holds() {
    for value in patterns() {
        assert_eq!(<f32 as Lanes>::uniform(&Splat::of(value)).to_bits(), value.to_bits());
        let bits = value.to_bits();
        assert_eq!(<f32 as Lanes>::uniform(&Splat::of_bits(bits)).to_bits(), bits);
    }
}

#[test]
fn add_to_f64_adds_without_a_rounding_of_float32() {
    let mut target = [1.0, 2.0];
    // SAFETY: the array has a value to add to.
    unsafe { 1e-10f32.add_to_f64(target.as_mut_ptr()) };
    assert_eq!(target, [1.0 + f64::from(1e-10f32), 2.0]);
}
