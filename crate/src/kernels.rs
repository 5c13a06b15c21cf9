//! The exports, and what a caller guarantees.
//!
//! For every kernel, with addresses in bytes:
//! - `block` is the address of a [`Block`] whose constants are written, 16-byte aligned;
//! - arrays are `length` values of `f32`, 4-byte aligned (64 bytes are fastest);
//! - an output is the address of an input, or overlaps no input; no array overlaps the block, and no
//!   output overlaps a table or its sums;
//! - nothing beside the outputs and the block's sums and scratch is written.
//!
//! The caller is `ts/memory/stream.ts`; the promises are tested in `test/`.

use crate::block::{self, Block, Constants, GROUP};
use crate::lanes::Native;
use crate::parameters::{PerChannel, Uniform};
use crate::{backward, forward, sums};
use wasm_bindgen::prelude::wasm_bindgen;

/// What a kernel only reads of the block.
#[inline(always)]
unsafe fn read_only<'a>(block: *const Block) -> (&'a Constants, &'a block::Uniform) {
    // SAFETY: the caller's block outlives the call, and no kernel writes these two fields.
    unsafe { (&(*block).constants, &(*block).uniform) }
}

/// Whether the block's channel table is plain. Read for each group: were it known to stay, the optimiser would
/// make two copies of the loop.
#[inline(always)]
unsafe fn is_plain(block: *const Block) -> bool {
    // SAFETY: the caller's block is readable.
    unsafe { (&raw const (*block).plain_table[0]).read_volatile() != 0 }
}

/// Copies `length` values, at most a group. A function of its own: it runs once a call.
#[inline(never)]
unsafe fn copy(from: *const f32, to: *mut f32, length: usize) {
    for index in 0..length {
        // SAFETY: the caller gives `length` readable and writable values. Volatile, because the
        // optimiser would make the loop a call of memcpy, which a pure module has not.
        unsafe { to.add(index).write_volatile(from.add(index).read_unaligned()) }
    }
}

/// Copies `length` values, at most a group, and fills the group with zeros.
#[inline(never)]
unsafe fn pad(from: *const f32, to: *mut f32, length: usize) {
    // SAFETY: the caller gives `length` readable values and a writable group.
    unsafe {
        copy(from, to, length);
        for index in length..GROUP {
            to.add(index).write_volatile(0.0);
        }
    }
}

/// Calls `group` with the addresses of each full group, and of the padded last one.
///
/// # Safety
/// `inputs` are readable and `output` is writable for `length` values; `block` as in the module's
/// documentation.
#[inline(always)]
unsafe fn each_group<const INPUTS: usize>(
    inputs: [*const f32; INPUTS],
    output: *mut f32,
    length: usize,
    block: *mut Block,
    mut group: impl FnMut([*const f32; INPUTS], *mut f32),
) {
    let (full, rest) = (length - length % GROUP, length % GROUP);
    let (mut from, mut to) = (inputs, output);
    let mut groups = length / GROUP;
    let mut padded = false;
    // One loop for the full groups and for the padded one, so that the group's code exists once.
    loop {
        for _ in 0..groups {
            group(from, to);
            from = from.map(|from| from.wrapping_add(GROUP));
            to = to.wrapping_add(GROUP);
        }
        // SAFETY: inputs and output have `rest` values from `full` on, and the scratch arrays, which
        // are the kernel's to write, GROUP values each.
        unsafe {
            let out: *mut f32 = (&raw mut (*block).scratch_out).cast();
            if padded {
                copy(out, output.add(full), rest);
                return;
            }
            if rest == 0 {
                return;
            }
            let scratch: [*mut f32; 2] =
                [(&raw mut (*block).scratch_x).cast(), (&raw mut (*block).scratch_dy).cast()];
            for ((from, input), scratch) in from.iter_mut().zip(inputs).zip(scratch) {
                pad(input.add(full), scratch, rest);
                *from = scratch;
            }
            to = out;
        }
        groups = 1;
        padded = true;
    }
}

/// y = SAU(x) with uniform parameters, no bias, alpha at most 1 and not 0.
///
/// # Safety
/// See the module's documentation; the block's uniform parameters are written.
#[wasm_bindgen]
pub unsafe fn forward(x: *const f32, y: *mut f32, length: usize, block: *mut Block) {
    // SAFETY: the caller's promises are those of each_group and group.
    unsafe {
        let (constants, uniform) = read_only(block);
        each_group([x], y, length, block, |[x], y| {
            forward::group::<Native, _>(x, y, Uniform(constants, uniform), constants);
        });
    }
}

/// y = SAU(x + bias) with the parameters of a channel table: element i has those of position
/// (first + i) mod positions.
///
/// # Safety
/// See the module's documentation; `table` has `row::COUNT` rows of `stride` values, with stride at
/// least positions + GROUP, and first < positions. Without positions nothing is written.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments, reason = "a kernel's arguments are plain words")]
pub unsafe fn forward_channels(
    x: *const f32,
    y: *mut f32,
    length: usize,
    first: usize,
    positions: usize,
    stride: usize,
    table: *const f32,
    block: *mut Block,
) {
    if positions == 0 {
        return; // no element can have a position; spares the code a division's panic
    }
    let mut position = first;
    let step = GROUP % positions;
    // SAFETY: the caller's promises are those of each_group and group; position < positions, so
    // that GROUP values of each row follow it.
    unsafe {
        let (constants, _) = read_only(block);
        each_group([x], y, length, block, |[x], y| {
            let table = table.add(position);
            let parameters = PerChannel { constants, table, stride, plain: is_plain(block) };
            forward::group::<Native, _>(x, y, parameters, constants);
            position = wrap(position + step, positions);
        });
    }
}

/// dx = (dy/dx) dy with uniform parameters.
///
/// # Safety
/// See the module's documentation; the block's uniform parameters are written.
#[wasm_bindgen]
pub unsafe fn backward(
    x: *const f32,
    dy: *const f32,
    dx: *mut f32,
    length: usize,
    block: *mut Block,
) {
    // SAFETY: the caller's promises are those of each_group and group.
    unsafe {
        let (constants, uniform) = read_only(block);
        each_group([x, dy], dx, length, block, |[x, dy], dx| {
            let parameters = Uniform(constants, uniform);
            backward::group::<Native, _, _, false>(x, dy, dx, parameters, sums::Ignored, constants);
        });
    }
}

/// As `backward`, and adds the terms of the gradients of alpha and beta to the block's sums.
///
/// # Safety
/// See the module's documentation; the block's uniform parameters are written.
#[wasm_bindgen]
pub unsafe fn backward_sums(
    x: *const f32,
    dy: *const f32,
    dx: *mut f32,
    length: usize,
    block: *mut Block,
) {
    let total = sums::Total(block);
    let mut groups = 0;
    // SAFETY: the caller's promises are those of each_group, group and flush.
    unsafe {
        let (constants, uniform) = read_only(block);
        each_group([x, dy], dx, length, block, |[x, dy], dx| {
            let parameters = Uniform(constants, uniform);
            backward::group::<Native, _, _, true>(x, dy, dx, parameters, total, constants);
            groups += 1;
            if groups == sums::Total::CHUNK {
                total.flush::<Native>(&constants.zero);
                groups = 0;
            }
        });
        total.flush::<Native>(&constants.zero);
    }
}

/// As `backward_sums` with the parameters of a channel table, and sums a position.
///
/// # Safety
/// See the module's documentation and `forward_channels`; `totals` has `sum::COUNT` rows of `stride`
/// values of `f64`, 8-byte aligned, then as many of `f32`, which are 0; stride is a multiple of 4.
#[wasm_bindgen]
#[allow(clippy::too_many_arguments, reason = "a kernel's arguments are plain words")]
pub unsafe fn backward_channels(
    x: *const f32,
    dy: *const f32,
    dx: *mut f32,
    length: usize,
    first: usize,
    positions: usize,
    stride: usize,
    table: *const f32,
    totals: *mut f64,
    block: *mut Block,
) {
    if positions == 0 {
        return; // no element can have a position; spares the code a division's panic
    }
    let mut position = first;
    let step = GROUP % positions;
    let chunk = sums::PerChannel::chunk(positions);
    let mut groups = 0;
    // SAFETY: the caller's promises are those of each_group, group and flush; position < positions,
    // so that GROUP values of each row follow it.
    unsafe {
        let (constants, _) = read_only(block);
        each_group([x, dy], dx, length, block, |[x, dy], dx| {
            let table = table.add(position);
            let parameters = PerChannel { constants, table, stride, plain: false };
            let sums = sums::PerChannel { totals, stride, position };
            backward::group::<Native, _, _, true>(x, dy, dx, parameters, sums, constants);
            position = wrap(position + step, positions);
            groups += 1;
            if groups == chunk {
                sums.flush::<Native>(&constants.zero);
                groups = 0;
            }
        });
        sums::PerChannel { totals, stride, position: 0 }.flush::<Native>(&constants.zero);
    }
}

/// `position` modulo `positions`, of a position below twice that.
#[inline(always)]
fn wrap(position: usize, positions: usize) -> usize {
    if position >= positions { position - positions } else { position }
}
