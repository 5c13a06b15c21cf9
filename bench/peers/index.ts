/** The peers that are installed and run here, and why the others do not. */
import type { Skipped } from "../rows.js";
import { jax } from "./jax.js";
import { onnxRuntime } from "./onnx.js";
import type { Peer } from "./peer.js";
import { tfjs } from "./tfjs.js";

export const PEERS: Readonly<Record<string, (beta: number) => Promise<Peer>>> = {
  "TensorFlow.js, wasm backend": (beta) => tfjs("wasm", beta),
  "TensorFlow.js, cpu backend": (beta) => tfjs("cpu", beta),
  "ONNX Runtime, node": (beta) => onnxRuntime("node", beta),
  "ONNX Runtime, web": (beta) => onnxRuntime("web", beta),
  "jax-js, wasm": jax,
};

/** Opens the peers for one beta. */
export async function openPeers(beta: number): Promise<{ peers: Peer[]; skipped: Skipped[] }> {
  const peers: Peer[] = [];
  const skipped: Skipped[] = [];
  for (const [name, open] of Object.entries(PEERS)) {
    try {
      peers.push(await open(beta));
    } catch (error) {
      skipped.push({ name, reason: (error as Error).message });
    }
  }
  return { peers, skipped };
}
