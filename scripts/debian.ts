/** Debian's packages, installed with each step said before it is done. */
import { findProgram, show } from "./wasm/shell.js";

/** Says a step that is about to be done. */
export function say(step: string): void {
  console.log(`==> ${step}`);
}

/**
 * Installs packages by their names.
 *
 * @throws {Error} where there is no apt-get or no way to be root, saying what to run
 */
export function installDebianPackages(packages: readonly string[]): void {
  if (findProgram("apt-get") === undefined) {
    throw new Error(`There is no apt-get here to install ${packages.join(", ")}.`);
  }
  asRoot("apt-get", "update");
  asRoot("apt-get", "install", "--yes", "--no-install-recommends", ...packages);
}

/** Runs a command as root: directly, or with sudo. */
function asRoot(...command: string[]): void {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && findProgram("sudo") === undefined) {
    throw new Error(`Needs root. Run as root: ${command.join(" ")}`);
  }
  const [program = "", ...args] = isRoot ? command : ["sudo", ...command];
  say([program, ...args].join(" "));
  if (!show(program, args)) throw new Error(`${command.join(" ")} failed; its messages are above.`);
}
