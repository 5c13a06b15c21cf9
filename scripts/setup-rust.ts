/**
 * Installs what `npm run build:wasm` needs and this machine lacks: a Rust compiler for wasm32, wasm-pack,
 * and the wasm-bindgen tool at the version that Cargo.lock fixes. Says each step before it does it.
 */
import { parseArgs } from "node:util";
import { installDebianPackages, say } from "./debian.js";
import { captureIfAny, findProgram, show } from "./wasm/shell.js";
import {
  DEBIAN,
  debianToolchain,
  installedVersion,
  lockedWasmBindgen,
  rustupToolchain,
  WASM_PACK_VERSION,
  WASM_TARGET,
} from "./wasm/toolchain.js";

const HELP = `Usage: npm run setup:rust [-- --help]

Installs what the build of the WebAssembly modules lacks on this machine:
  1. the library sources of Rust, to build it for ${WASM_TARGET}: by rustup, or, where rustup
     is missing or cannot fetch them, with Debian's packages ${DEBIAN.packages.join(", ")} (by apt-get, as root or with sudo)
  2. wasm-pack, by cargo install
  3. wasm-bindgen-cli, by cargo install, at exactly the version in Cargo.lock
What is there already is left alone. Afterwards: npm run build:wasm`;

/** Without access to its servers rustup may wait for ever. */
const RUSTUP_SECONDS = 60;

/** The name under which rustup gets to know Debian's toolchain: `cargo +debian test --target ${WASM_TARGET}`. */
const LINKED_TOOLCHAIN = "debian";

function main(): void {
  const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const steps = [installCompiler(), installWasmPack(), installWasmBindgen()];
  console.log(steps.includes(true) ? "Done. Next: npm run build:wasm" : "Nothing was lacking.");
}

/** Whether anything had to be done; so too the steps below. */
function installCompiler(): boolean {
  if (rustupToolchain() !== undefined) return false;
  if (debianToolchain() !== undefined) return linkDebianToolchain();
  if (findProgram("rustup") !== undefined) {
    say(`rustup component add rust-src (at most ${RUSTUP_SECONDS} s; fails without access to its servers)`);
    const added = show("rustup", ["component", "add", "rust-src"], { timeoutSeconds: RUSTUP_SECONDS });
    if (added && rustupToolchain() !== undefined) return true;
    console.log("rustup could not add them.");
  }
  installDebianCompiler();
  linkDebianToolchain();
  return true;
}

function installDebianCompiler(): void {
  if (findProgram("apt-get") === undefined) {
    throw new Error(
      `No compiler for ${WASM_TARGET}, and no apt-get to install Debian's. Install Rust with rustup (https://rustup.rs), then run again: npm run setup:rust`,
    );
  }
  installDebianPackages(DEBIAN.packages);
  if (debianToolchain() === undefined) {
    throw new Error(
      `${DEBIAN.packages.join(", ")} are installed, but not all of rustc, cargo, ${DEBIAN.linker} and the library sources are in their places under /usr.`,
    );
  }
}

/** Optional: the build finds Debian's toolchain without rustup. */
function linkDebianToolchain(): boolean {
  const toolchains = captureIfAny("rustup", ["toolchain", "list"]);
  if (
    toolchains === undefined ||
    toolchains.split("\n").some((line) => line.split(" ")[0] === LINKED_TOOLCHAIN)
  )
    return false;
  say(`rustup toolchain link ${LINKED_TOOLCHAIN} /usr`);
  // Only a convenience: a failure, which rustup has explained, must not stop the rest.
  return show("rustup", ["toolchain", "link", LINKED_TOOLCHAIN, "/usr"]);
}

function installWasmPack(): boolean {
  // Any version that is there will do; this one is known to.
  if (installedVersion("wasm-pack") !== undefined) return false;
  return cargoInstall("wasm-pack", WASM_PACK_VERSION);
}

function installWasmBindgen(): boolean {
  const wanted = lockedWasmBindgen();
  if (installedVersion("wasm-bindgen") === wanted) return false;
  cargoInstall("wasm-bindgen-cli", wanted);
  const found = installedVersion("wasm-bindgen");
  if (found !== wanted) {
    throw new Error(
      `wasm-bindgen ${wanted} is installed, but PATH finds ${findProgram("wasm-bindgen")} of version ${found}. Remove that one, or put cargo's programs first on PATH.`,
    );
  }
  return true;
}

function cargoInstall(crate: string, version: string): true {
  say(`cargo install ${crate} --version ${version} --locked (some minutes)`);
  if (!show("cargo", ["install", crate, "--version", version, "--locked", "--force"])) {
    throw new Error(`cargo could not install ${crate} ${version}; its messages are above.`);
  }
  return true;
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
