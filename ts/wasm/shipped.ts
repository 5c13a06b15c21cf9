/** The shipped modules, which travel in the package's code as base64. */
import relaxed from "./relaxed-simd.wasm";
import scalar from "./scalar.wasm";
import simd from "./simd128.wasm";

/** A tier of WebAssembly. */
export type WasmTier = "relaxed-simd" | "simd128" | "scalar";

const BASE64: Record<WasmTier, string> = { "relaxed-simd": relaxed, simd128: simd, scalar };

/** Whether a name is that of a shipped module's tier. */
export function isWasmTier(name: string): name is WasmTier {
  return Object.hasOwn(BASE64, name);
}

/** A tier's module; decoded here and not when the package is loaded, since most programs need one of three. */
export function shippedModule(tier: WasmTier): Uint8Array<ArrayBuffer> {
  const base64 = BASE64[tier];
  if (typeof Buffer === "function") return new Uint8Array(Buffer.from(base64, "base64"));
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
