/** Networks in TensorFlow.js's layers format: model.json, and weights.bin beside it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tf } from "../framework.js";
import type { Network } from "../nets/network.js";

const [MODEL, WEIGHTS] = ["model.json", "weights.bin"];

/** Writes a network to a folder that is there, as `tf.loadLayersModel` reads it from a server. */
export async function saveLayers(network: Network, folder: string): Promise<void> {
  const handler = tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
    const weightsManifest = [{ paths: [WEIGHTS], weights: weightSpecs }];
    const json = { format: "layers-model", modelTopology, weightsManifest };
    writeFileSync(join(folder, MODEL), `${JSON.stringify(json)}\n`);
    writeFileSync(join(folder, WEIGHTS), new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: "JSON" } };
  });
  await network.save(handler);
}

/** Reads what {@link saveLayers} has written. */
export function loadLayers(folder: string): Promise<Network> {
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, MODEL), "utf8"));
  const weightData = new Uint8Array(readFileSync(join(folder, WEIGHTS))).buffer;
  return tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology, weightSpecs: weightsManifest[0].weights, weightData }),
  );
}
