/** What the peers have in common: they may be missing, and each computes SAU of an array in its own way. */
import type { Row } from "../rows.js";

/** SAU as users of another library compute it, with one thread. */
export interface Peer {
  readonly name: string;
  /** SAU of `x`; its memory is the library's own, as its users have it. */
  row(x: Float32Array, expected: Float32Array): Promise<PeerRow>;
  /** Activations that the library has of its own, for scale. */
  scale(x: Float32Array): Promise<PeerRow[]>;
}

export interface PeerRow extends Row {
  release(): void | Promise<void>;
}

/** A tensor of TensorFlow.js, as far as the bench uses it. */
export interface TensorFlowTensor {
  dataSync(): Float32Array;
  dispose(): void;
}

/** The function of a peer, checked against the values `expected`. */
export interface Activation {
  readonly name: string;
  readonly expected: Float32Array;
}

/** A package that is not installed. */
export class MissingPeer extends Error {
  constructor(name: string) {
    super(`${name} is not installed; npm ci --prefix bench installs the peers`);
  }
}

/**
 * Imports a package of bench/package.json, as far as the bench uses it.
 *
 * By a name that is not a literal, so that the compiler does not look for packages that few have installed.
 *
 * @throws {MissingPeer} when it is not installed
 */
export async function load<T>(name: string): Promise<T> {
  try {
    const namespace = await import(name);
    return { ...namespace, ...namespace.default }; // names of CommonJS are on the default export for certain
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${name}'`)) throw new MissingPeer(name);
    throw error;
  }
}
