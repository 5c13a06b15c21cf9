//! SAU in double precision, by erfc, and errors in the units of the contract.

use super::Parameters;
use std::f64::consts::{PI, SQRT_2};

/// The density of the standard normal distribution.
pub fn density(t: f64) -> f64 {
    (-0.5 * t * t).exp() / (2.0 * PI).sqrt()
}

/// Q(t): the probability of a value above t.
pub fn tail(t: f64) -> f64 {
    0.5 * libm::erfc(t / SQRT_2)
}

/// h(t) = phi(t) - t Q(t).
pub fn smooth(t: f64) -> f64 {
    density(t) - t * tail(t)
}

/// |beta x|.
pub fn argument(x: f32, parameters: Parameters) -> f64 {
    (f64::from(x) * f64::from(parameters.beta)).abs()
}

/// y at a finite x, to which the bias is already added.
pub fn forward(x: f32, parameters: Parameters) -> f64 {
    let slope = if x < 0.0 { f64::from(parameters.alpha) } else { 1.0 };
    slope * f64::from(x) + parameters.exact_smooth_scale() * smooth(argument(x, parameters))
}

/// dy/dx at a finite x, to which the bias is already added.
pub fn slope(x: f32, parameters: Parameters) -> f64 {
    let alpha = f64::from(parameters.alpha);
    let part = (1.0 - alpha) * tail(argument(x, parameters));
    if x < 0.0 { alpha + part } else { 1.0 - part }
}

/// An ulp of `size` in float32: at least 2^-149.
fn ulp(size: f64) -> f64 {
    let exponent = if size == 0.0 { -149 } else { libm::ilogb(size) - 23 };
    2f64.powi(exponent.max(-149))
}

/// M2: the error of `y` in ulp of max(|y|, |1 - alpha| phi(0) / beta).
pub fn forward_error(y: f32, x: f32, parameters: Parameters) -> f64 {
    // An overflow counts as the next value that float32 would have.
    let limit = |value: f64| value.clamp(-(2f64.powi(128)), 2f64.powi(128));
    let exact = limit(forward(x, parameters));
    let floor = parameters.exact_smooth_scale().abs() * density(0.0);
    // (NaN stays NaN and is within no bound.)
    (limit(f64::from(y)) - exact).abs() / ulp(exact.abs().max(floor))
}

/// max(1, |alpha|, |1 - alpha|): what the error of a slope is measured by.
pub fn slope_size(parameters: Parameters) -> f64 {
    let alpha = f64::from(parameters.alpha);
    alpha.abs().max((1.0 - alpha).abs()).max(1.0)
}

/// The error of a slope as a fraction of what the contract allows.
pub fn slope_error(slope: f32, x: f32, parameters: Parameters) -> f64 {
    let bound = 2f64.powi(-23) * slope_size(parameters);
    (f64::from(slope) - self::slope(x, parameters)).abs() / bound
}
