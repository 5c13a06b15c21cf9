//! The Smooth Activation Unit as SIMD kernels for WebAssembly: what is computed.
//!
//! SAU (arXiv 2109.13210, ECCV 2022) is Leaky ReLU convolved with a Gaussian of width 1/beta:
//!
//! ```text
//! y         = leaky_relu(x; alpha) + (1 - alpha) h(|u|) / beta         u = beta x
//! dy/dx     = alpha + (1 - alpha) Phi(u)                               h(t) = phi(t) - t Q(t)
//! dy/dalpha = min(x, 0) - h(|u|) / beta                                Q = 1 - Phi
//! dy/dbeta  = -(1 - alpha) phi(u) / beta^2
//! ```
//!
//! A kernel is written once, over [`lanes::Lanes`], and owns no memory: see [`block`] for what it
//! reads and [`kernels`] for what its caller guarantees.

#![cfg_attr(target_arch = "wasm32", no_std)]

// Only these are public: the others take addresses that a kernel's caller vouches for.
pub mod block;
pub mod kernels;
pub mod lanes;

mod backward;
mod composite;
mod forward;
mod parameters;
mod sums;

/// What a `no_std` module needs and a pure one never calls: nothing here can panic or allocate.
#[cfg(target_arch = "wasm32")]
mod bare {
    use core::alloc::{GlobalAlloc, Layout};

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo) -> ! {
        core::arch::wasm32::unreachable()
    }

    struct Refuse;

    // SAFETY: null is what an allocator returns when it has no memory.
    unsafe impl GlobalAlloc for Refuse {
        unsafe fn alloc(&self, _: Layout) -> *mut u8 {
            core::ptr::null_mut()
        }

        unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
    }

    #[global_allocator]
    static ALLOCATOR: Refuse = Refuse;
}
