/** What every entry of this package has, over the modules that it has. */
import type { Sau } from "../api.js";
import { sauOn } from "../sau.js";
import { type Modules, type SauOptions, startAsync, startSync } from "../tiers.js";

/** The functions of an entry. */
export interface Entry {
  createSau(options?: SauOptions): Promise<Sau>;
  createSauSync(options?: SauOptions): Sau;
  readonly forward: Sau["forward"];
  readonly backward: Sau["backward"];
  /** Has `forward` and `backward` work on `sau` from now on. */
  setDefault(sau: Sau): void;
}

/** The functions of an entry whose modules are `modules`. */
export function entryOn(modules: Modules): Entry {
  let instance: Sau | undefined;
  const createSauSync = (options: SauOptions = {}): Sau => sauOn(startSync(options, modules));
  const defaultSau = (): Sau => {
    instance ??= createSauSync();
    return instance;
  };
  return {
    createSau: async (options = {}) => sauOn(await startAsync(options, modules)),
    createSauSync,
    forward: (...args) => defaultSau().forward(...args),
    backward: (...args) => defaultSau().backward(...args),
    setDefault: (sau) => {
      instance = sau;
    },
  };
}
