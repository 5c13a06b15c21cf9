//! The kernels on slices. Each output lies between guard values, and each call asserts that they and
//! the inputs are unchanged.

use super::{Parameters, PositionSums, Table, block};
use sau_simd::block::{Block, sum};
use sau_simd::kernels;
use sau_simd::lanes::COLUMNS;

/// Values before and after an output: more than a group.
const GUARDS: usize = 29;
/// A NaN that no kernel computes.
const GUARD: u32 = 0x7fab_cdef;

/// Which of a kernel's arrays its output replaces.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Output {
    Apart,
    OverX,
    OverDy,
}

/// An array between guards.
struct Guarded(Vec<f32>);

impl Guarded {
    fn of(values: &[f32]) -> Self {
        let guards = [f32::from_bits(GUARD); GUARDS];
        Self([&guards, values, &guards].concat())
    }

    fn address(&mut self) -> *mut f32 {
        self.0[GUARDS..].as_mut_ptr()
    }

    /// The array, after a look at the guards.
    fn values(&self) -> &[f32] {
        let (before, rest) = self.0.split_at(GUARDS);
        let (values, after) = rest.split_at(rest.len() - GUARDS);
        let intact = before.iter().chain(after).all(|value| value.to_bits() == GUARD);
        assert!(intact, "written beside an array of {} values", values.len());
        values
    }
}

/// Calls `kernel` with addresses of x, dy and the output, and returns the output.
fn call(
    x: &[f32],
    dy: &[f32],
    output: Output,
    kernel: impl FnOnce(*const f32, *const f32, *mut f32),
) -> Vec<f32> {
    let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    let mut arrays = [x, dy, &vec![0.0; x.len()]].map(Guarded::of);
    let written = match output {
        Output::OverX => 0,
        Output::OverDy => 1,
        Output::Apart => 2,
    };
    let [x_at, dy_at, out_at] = arrays.each_mut().map(Guarded::address);
    kernel(x_at, dy_at, [x_at, dy_at, out_at][written]);
    for (index, (array, given)) in arrays.iter().zip([x, dy]).enumerate() {
        assert!(index == written || bits(array.values()) == bits(given), "input {index} changed");
    }
    arrays[written].values().to_vec()
}

pub fn forward_to(output: Output, x: &[f32], parameters: Parameters) -> Vec<f32> {
    let mut block = block(parameters);
    call(x, &[], output, |x_at, _, y| {
        // SAFETY: x and y have x.len() values, and the block is filled.
        unsafe { kernels::forward(x_at, y, x.len(), &raw mut block) }
    })
}

pub fn forward(x: &[f32], parameters: Parameters) -> Vec<f32> {
    forward_to(Output::Apart, x, parameters)
}

pub fn forward_channels_to(output: Output, x: &[f32], first: usize, table: &Table) -> Vec<f32> {
    let mut block = block_of(table);
    let rows = table.rows.as_ptr();
    call(x, &[], output, |x_at, _, y| {
        let (positions, stride) = (table.channels.len(), table.stride);
        // SAFETY: x and y have x.len() values, the table and the block are filled.
        unsafe {
            kernels::forward_channels(
                x_at,
                y,
                x.len(),
                first,
                positions,
                stride,
                rows,
                &raw mut block,
            );
        }
    })
}

pub fn forward_channels(x: &[f32], first: usize, table: &Table) -> Vec<f32> {
    forward_channels_to(Output::Apart, x, first, table)
}

/// By the kernel that serves these parameters.
pub fn forward_any(x: &[f32], parameters: Parameters) -> Vec<f32> {
    if parameters.fit_uniform_forward() {
        forward(x, parameters)
    } else {
        forward_channels(x, 0, &Table::of(&[parameters]))
    }
}

pub fn backward_to(output: Output, x: &[f32], dy: &[f32], parameters: Parameters) -> Vec<f32> {
    let mut block = block(parameters);
    call(x, dy, output, |x_at, dy_at, dx| {
        // SAFETY: x, dy and dx have x.len() values, and the block is filled.
        unsafe { kernels::backward(x_at, dy_at, dx, x.len(), &raw mut block) }
    })
}

/// By the kernel that serves these parameters.
pub fn backward(x: &[f32], dy: &[f32], parameters: Parameters) -> Vec<f32> {
    if parameters.fit_uniform_backward() {
        backward_to(Output::Apart, x, dy, parameters)
    } else {
        backward_channels(x, dy, 0, &Table::of(&[parameters]))
    }
}

/// Sums in their columns.
pub type ColumnSums = [[f64; COLUMNS]; sum::COUNT];

/// Adds to the sums of `block`.
pub fn backward_sums_into(block: &mut Block, output: Output, x: &[f32], dy: &[f32]) -> Vec<f32> {
    let dx = call(x, dy, output, |x_at, dy_at, dx| {
        // SAFETY: x, dy and dx have x.len() values, and the block is filled.
        unsafe { kernels::backward_sums(x_at, dy_at, dx, x.len(), &raw mut *block) }
    });
    let partial = block.partial.iter().flat_map(|partial| partial.0);
    assert!(partial.into_iter().all(|value| value == 0.0), "partial sums are left over");
    dx
}

pub fn backward_sums(x: &[f32], dy: &[f32], parameters: Parameters) -> (Vec<f32>, ColumnSums) {
    let mut block = block(parameters);
    let dx = backward_sums_into(&mut block, Output::Apart, x, dy);
    (dx, block.sums)
}

pub fn backward_channels_to(
    output: Output,
    x: &[f32],
    dy: &[f32],
    first: usize,
    table: &Table,
    sums: &mut PositionSums,
) -> Vec<f32> {
    let mut block = block_of(table);
    let (rows, totals) = (table.rows.as_ptr(), sums.memory.as_mut_ptr());
    let dx = call(x, dy, output, |x_at, dy_at, dx| {
        let (positions, stride) = (table.channels.len(), table.stride);
        // SAFETY: x, dy and dx have x.len() values, the table, its sums and the block are filled.
        unsafe {
            kernels::backward_channels(
                x_at,
                dy_at,
                dx,
                x.len(),
                first,
                positions,
                stride,
                rows,
                totals,
                &raw mut block,
            );
        }
    });
    let partial = &sums.memory[sum::COUNT * table.stride..];
    assert!(partial.iter().all(|value| value.to_bits() == 0), "partial sums are left over");
    dx
}

pub fn backward_channels(x: &[f32], dy: &[f32], first: usize, table: &Table) -> Vec<f32> {
    backward_channels_to(Output::Apart, x, dy, first, table, &mut PositionSums::new(table))
}

/// A block for a table; its uniform parameters would spoil every result: the kernels of a table must not read them.
fn block_of(table: &Table) -> Block {
    let spoilt = block(Parameters { bias: f32::NAN, alpha: f32::NAN, beta: f32::NAN });
    let is_plain = table.channels.iter().all(|channel| channel.fit_uniform_forward());
    Block { plain_table: [u32::from(is_plain); COLUMNS], ..spoilt }
}
