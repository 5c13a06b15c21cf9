/** TensorFlow.js, with SAU in it, and with what its wasm backend lacks for training. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { registerSau } from "../../dist/tfjs.js";
import { registerTraining } from "../../dist/tfjs-training.js";

tf.enableProdMode(); // without its advice to install other packages

export const { Sau } = registerSau(tf);

export { tf };

/** Makes `name` the backend that computes. */
export async function useBackend(name: "wasm" | "cpu"): Promise<void> {
  await tf.setBackend(name);
  if (name === "wasm") registerTraining(tf);
}
