//! The memory layout has its home in `src/block.rs`; TypeScript reads it from a generated file. This
//! test fails when the two differ, and writes the file with `UPDATE_LAYOUT=1 cargo test --test layout`.

use sau_simd::block::{Block, Constants, GROUP, GROUPS_A_CHUNK, STEPS, Uniform, VECTORS, row, sum};
use sau_simd::lanes::COLUMNS;
use std::fmt::Write;
use std::mem::{offset_of, size_of};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ts/kernels/layout.ts");

fn object(doc: &str, name: &str, entries: &[(&str, usize)]) -> String {
    let mut text = format!("\n/** {doc} */\nexport const {name} = {{\n");
    for (key, value) in entries {
        writeln!(text, "  {key}: {value},").expect("writing to a string");
    }
    text + "} as const;\n"
}

fn layout() -> String {
    let constant = |offset: usize| offset_of!(Block, constants) + offset;
    let uniform = |offset: usize| offset_of!(Block, uniform) + offset;
    let mut text = String::from(
        "// Generated from crate/src/block.rs by `UPDATE_LAYOUT=1 cargo test --test layout`. Do not edit.\n",
    );
    text += &object(
        "How the kernels cut an array.",
        "UNITS",
        &[
            ("columns", COLUMNS),
            ("vectors", VECTORS),
            ("group", GROUP),
            ("groupsAChunk", GROUPS_A_CHUNK),
            ("steps", STEPS),
        ],
    );
    text += &object(
        "Byte offsets in a block, and its size. Constants repeat in every column.",
        "BLOCK",
        &[
            ("steps", constant(offset_of!(Constants, steps))),
            ("vectors", constant(offset_of!(Constants, vectors))),
            ("magnitude", constant(offset_of!(Constants, magnitude))),
            ("sign", constant(offset_of!(Constants, sign))),
            ("zero", constant(offset_of!(Constants, zero))),
            ("one", constant(offset_of!(Constants, one))),
            ("clamp", constant(offset_of!(Constants, clamp))),
            ("smooth", constant(offset_of!(Constants, smooth))),
            ("tail", constant(offset_of!(Constants, tail))),
            ("alpha", uniform(offset_of!(Uniform, alpha))),
            ("alphaToggle", uniform(offset_of!(Uniform, alpha_toggle))),
            ("beta", uniform(offset_of!(Uniform, beta))),
            ("smoothScale", uniform(offset_of!(Uniform, smooth_scale))),
            ("tailScale", uniform(offset_of!(Uniform, tail_scale))),
            ("clampedFrom", uniform(offset_of!(Uniform, clamped_from))),
            ("plainTable", offset_of!(Block, plain_table)),
            ("sums", offset_of!(Block, sums)),
            ("partial", offset_of!(Block, partial)),
            ("size", size_of::<Block>()),
        ],
    );
    text += &object(
        "Rows of a channel table.",
        "ROW",
        &[
            ("bias", row::BIAS),
            ("alpha", row::ALPHA),
            ("beta", row::BETA),
            ("smoothScale", row::SMOOTH_SCALE),
            ("tailScale", row::TAIL_SCALE),
            ("count", row::COUNT),
        ],
    );
    text += &object(
        "Sums over elements.",
        "SUM",
        &[
            ("negative", sum::NEGATIVE),
            ("smooth", sum::SMOOTH),
            ("tail", sum::TAIL),
            ("slope", sum::SLOPE),
            ("count", sum::COUNT),
        ],
    );
    text
}

#[test]
fn typescript_has_this_layout() {
    let expected = layout();
    if std::env::var_os("UPDATE_LAYOUT").is_some() {
        std::fs::write(FILE, &expected).expect("ts/kernels is writable");
    }
    let found = std::fs::read_to_string(FILE).unwrap_or_default();
    assert_eq!(
        found, expected,
        "ts/kernels/layout.ts is stale: run `UPDATE_LAYOUT=1 cargo test --test layout`"
    );
}
