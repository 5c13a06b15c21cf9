/** A .wasm file as its bytes in base64: tsup inlines it (tsup.config.ts), vitest reads it (vitest.config.ts). */
declare module "*.wasm" {
  const base64: string;
  export default base64;
}
