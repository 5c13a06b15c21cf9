/** A .wasm file as text that ts/wasm/text.ts decodes: tsup and vitest make it (scripts/module-text.ts). */
declare module "*.wasm" {
  const text: string;
  export default text;
}

/** A .wasm file that whoever bundles this package has the host compile. */
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}
