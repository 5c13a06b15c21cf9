/** The shipped modules, and hosts whose WebAssembly behaves otherwise than the real one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import { moduleFile, OUTPUT } from "../../scripts/wasm/tiers.js";
import type { WasmTier } from "../../ts/tier.js";
import type { KernelExports } from "../../ts/wasm/kernels.js";

const REAL = globalThis.WebAssembly;

/** The bytes of a tier's module, as committed. */
export function moduleBytes(tier: WasmTier): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(join(OUTPUT, moduleFile(tier))));
}

/** Replaces parts of the host's WebAssembly until {@link restoreHost}. */
export function changeHost(changes: object): void {
  vi.stubGlobal("WebAssembly", Object.assign(Object.create(REAL), changes));
}

/** Takes WebAssembly from the host until {@link restoreHost}. */
export function takeWebAssembly(): void {
  vi.stubGlobal("WebAssembly", undefined);
}

/** Gives the host its own WebAssembly back. */
export function restoreHost(): void {
  vi.unstubAllGlobals();
}

/** The same kernels, each made into another. */
export type Wrap = (
  name: keyof KernelExports,
  kernel: (...args: number[]) => void,
  memory: WebAssembly.Memory,
) => (...args: number[]) => void;

function wrapped(
  instance: WebAssembly.Instance,
  imports: WebAssembly.Imports,
  wrap: Wrap,
): WebAssembly.Instance {
  const [module] = Object.values(imports);
  const memory = module!.memory as WebAssembly.Memory;
  const kernels = Object.entries(instance.exports).map(([name, kernel]) => [
    name,
    wrap(name as keyof KernelExports, kernel as (...args: number[]) => void, memory),
  ]);
  return { exports: Object.fromEntries(kernels) };
}

/** Makes every instance export wrapped kernels until {@link restoreHost}. */
export function wrapKernels(wrap: Wrap): void {
  changeHost({
    Instance: function wrappedInstance(module: WebAssembly.Module, imports: WebAssembly.Imports) {
      return wrapped(new REAL.Instance(module, imports), imports, wrap);
    },
  });
}
