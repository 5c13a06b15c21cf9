/**
 * Compiling and instantiating modules: on the calling thread wherever the host allows it, with a promise too.
 *
 * WebKit can lose the end of a compilation beside a worker: the promise of WebAssembly.compile or instantiate then
 * settles when something else wakes the worker, or never. docs/performance.md has how often, and how long compiling takes.
 */

/** Something to compile, or what the host has compiled. */
export type ModuleSource = Uint8Array<ArrayBuffer> | WebAssembly.Module;

/** @throws what the host throws */
export function instantiateSync(source: ModuleSource, imports: WebAssembly.Imports): WebAssembly.Instance {
  const module = source instanceof Uint8Array ? new WebAssembly.Module(source) : source;
  return new WebAssembly.Instance(module, imports);
}

/** @throws what the host throws, later */
export function instantiate(
  source: ModuleSource,
  imports: WebAssembly.Imports,
): Promise<WebAssembly.Instance> {
  return unlessTooLong(
    () => instantiateSync(source, imports),
    async () => {
      const module = source instanceof Uint8Array ? await WebAssembly.compile(source) : source;
      return WebAssembly.instantiate(module, imports);
    },
  );
}

/** @throws what the host throws, later */
export function compile(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  return unlessTooLong(
    () => new WebAssembly.Module(bytes),
    () => WebAssembly.compile(bytes),
  );
}

/**
 * The first; the second where the host refuses to block its main thread for a module of this length, with a
 * RangeError: older Chrome does above 4 KiB.
 */
async function unlessTooLong<T>(atOnce: () => T, beside: () => Promise<T>): Promise<T> {
  try {
    return atOnce();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return beside();
  }
}
