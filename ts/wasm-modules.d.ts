/** A .wasm file as its bytes: tsup inlines it (tsup.config.ts), vitest reads it (vitest.config.ts). */
declare module "*.wasm" {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
