/** A program bundled into a string; see scripts/worker-source.ts. */
declare module "*?source" {
  const source: string;
  export default source;
}
