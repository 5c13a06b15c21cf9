import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { capture, captureIfAny, environment, findProgram } from "./shell.js";
import { ROOT } from "./tiers.js";

/** Debian's toolchain, for machines where rustup is missing or cannot fetch its library sources. */
export const DEBIAN = {
  packages: ["rustc-web", "cargo-web", "rust-web-src", "lld-22"],
  bin: "/usr/bin",
  linker: "wasm-ld-22",
};

export const WASM_TARGET = "wasm32-unknown-unknown";

/** The version of wasm-pack that setup installs; any that passes the build's own checks will do. */
export const WASM_PACK_VERSION = "0.15.1";

/**
 * Both toolchains build the standard library with the crate. That of `rustup target add` has more features
 * than MVP: with it the module claims reference types, and wasm-bindgen then looks in vain for what a crate
 * without them lacks ("failed to find intrinsics to enable `clone_ref` function", wasm-bindgen issue 4716).
 */
const BUILD_LIBRARY = "-Zbuild-std=core,alloc,panic_abort";

/** What of the compiler can change the bytes it makes. */
export interface Compiler {
  /** rustc's own line: release, commit and who built it. */
  rustc: string;
  commitHash: string;
  host: string;
  llvm: string;
  linker: string;
}

export interface Toolchain {
  /** For messages. */
  name: string;
  compiler: Compiler;
  /** The environment in which wasm-pack finds this compiler. */
  env: NodeJS.ProcessEnv;
  /** What cargo needs besides what wasm-pack passes. */
  cargoArgs: string[];
}

/** A compiler for wasm32 on this machine: rustup's if it has the library sources, else Debian's, else undefined. */
export function findToolchain(): Toolchain | undefined {
  return rustupToolchain() ?? debianToolchain();
}

/** The active toolchain of rustup, when it has its library sources (`rustup component add rust-src`). */
export function rustupToolchain(): Toolchain | undefined {
  const env = environment();
  const rustc = describeRustc(env);
  if (rustc === undefined || findProgram("cargo", env) === undefined) return undefined;
  const linker = join(
    rustc.sysroot,
    "lib",
    "rustlib",
    rustc.host,
    "bin",
    process.platform === "win32" ? "rust-lld.exe" : "rust-lld",
  );
  return toolchain("rustup's active toolchain", rustc, linker, ["-flavor", "wasm"], env);
}

/** Debian's cargo, compiler, library sources and linker, when all are installed. */
export function debianToolchain(): Toolchain | undefined {
  const { bin, linker } = DEBIAN;
  if (!existsSync(join(bin, "rustc")) || !existsSync(join(bin, "cargo"))) return undefined;
  const env = environment([bin]); // before rustup's stand-ins
  const rustc = describeRustc(env);
  return rustc && toolchain("Debian's toolchain", rustc, join(bin, linker), [], env);
}

function toolchain(
  name: string,
  { sysroot, ...rustc }: Rustc,
  linker: string,
  flavor: string[],
  env: NodeJS.ProcessEnv,
): Toolchain | undefined {
  if (!existsSync(join(sysroot, "lib", "rustlib", "src", "rust", "library")) || !existsSync(linker))
    return undefined;
  return {
    name,
    compiler: { ...rustc, linker: linkerVersion(linker, flavor) },
    env: {
      ...env,
      RUSTC_BOOTSTRAP: "1", // lets a stable compiler build its library
      CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker,
    },
    cargoArgs: [BUILD_LIBRARY],
  };
}

function linkerVersion(linker: string, flavor: string[]): string {
  // Without what follows the version: folders of whoever built the linker.
  return captureIfAny(linker, [...flavor, "--version"])?.match(/^.*?\d+(\.\d+)+/)?.[0] ?? "unknown";
}

interface Rustc extends Omit<Compiler, "linker"> {
  sysroot: string;
}

/** The rustc that PATH finds, or undefined when there is none. */
function describeRustc(env: NodeJS.ProcessEnv): Rustc | undefined {
  // At the top of the project, where an override of rustup's default would apply.
  const lines = captureIfAny("rustc", ["-vV"], { env, cwd: ROOT })?.split(/\r?\n/);
  const sysroot = captureIfAny("rustc", ["--print", "sysroot"], { env, cwd: ROOT });
  if (lines === undefined || sysroot === undefined) return undefined;
  const field = (name: string) =>
    lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2) ?? "unknown";
  return {
    rustc: lines[0] ?? "unknown",
    commitHash: field("commit-hash"),
    host: field("host"),
    llvm: field("LLVM version"),
    sysroot,
  };
}

/** The installed version of a program that answers `--version` with "name 1.2.3", or undefined. */
export function installedVersion(program: string): string | undefined {
  return captureIfAny(program, ["--version"])?.match(/\d+(\.\d+)+/)?.[0];
}

/** The version of wasm-bindgen that Cargo.lock fixes; the command-line tool must have the very same. */
export function lockedWasmBindgen(root: string = ROOT): string {
  const lock = join(root, "Cargo.lock");
  const text = existsSync(lock) ? readFileSync(lock, "utf8") : "";
  const version = text.match(/name = "wasm-bindgen"\r?\nversion = "([^"]+)"/)?.[1];
  if (version === undefined) {
    throw new Error(
      "Cargo.lock names no version of wasm-bindgen; run `cargo generate-lockfile`, and commit Cargo.lock.",
    );
  }
  return version;
}

const require = createRequire(import.meta.url);

/** Folder of npm's binaryen. */
function binaryenFolder(): string {
  return dirname(require.resolve("binaryen"));
}

export function binaryenVersion(): string {
  return JSON.parse(readFileSync(join(binaryenFolder(), "package.json"), "utf8")).version;
}

/** Runs one of npm binaryen's programs, which are scripts for Node; what it prints. */
export function binaryen(
  program: "wasm-as" | "wasm-metadce" | "wasm-opt" | "wasm-dis",
  args: string[],
): string {
  return capture(process.execPath, [join(binaryenFolder(), "bin", program), ...args]);
}

/**
 * The toolchain, once everything the build needs is known to be there.
 *
 * @throws {Error} naming all that is missing and the command that installs it.
 */
export function requireToolchain(): Toolchain {
  const missing: string[] = [];
  const found = findToolchain();
  if (found === undefined) missing.push(`a Rust compiler for ${WASM_TARGET}, with its library sources`);
  if (installedVersion("wasm-pack") === undefined) missing.push("wasm-pack");
  const wanted = lockedWasmBindgen();
  const bound = installedVersion("wasm-bindgen");
  if (bound !== wanted)
    missing.push(`wasm-bindgen ${wanted} (found ${bound ?? "none"}; Cargo.lock fixes the version)`);
  if (found === undefined || missing.length > 0) {
    throw new Error(`The build needs ${missing.join(" and ")}. Run: npm run setup:rust`);
  }
  return found;
}
