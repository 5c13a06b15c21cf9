/**
 * SAU in jax-js, compiled by its jit into one WebAssembly kernel.
 *
 * The input is an array of its own already; results are waited for and freed, and their memory used again.
 */
import { ALPHA, expectNear } from "../data.js";
import { load, type Peer } from "./peer.js";

/** Operations take their operands over; `ref` keeps one. */
interface JaxArray {
  readonly ref: JaxArray;
  add(other: number | JaxArray): JaxArray;
  mul(other: number | JaxArray): JaxArray;
  blockUntilReady(): Promise<JaxArray>;
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** What is used of @jax-js/jax. */
interface Jax {
  init(...devices: string[]): Promise<string[]>;
  defaultDevice(device: string): string;
  jit(compute: (x: JaxArray) => JaxArray): (x: JaxArray) => JaxArray;
  readonly numpy: { array(values: Float32Array): JaxArray; exp(x: JaxArray): JaxArray };
  readonly lax: { erf(x: JaxArray): JaxArray };
}

export async function jax(beta: number): Promise<Peer> {
  const { init, defaultDevice, jit, numpy, lax } = await load<Jax>("@jax-js/jax");
  const devices = await init("wasm");
  if (!devices.includes("wasm"))
    throw new Error(`jax-js has no wasm device here, only ${devices.join(", ")}`);
  defaultDevice("wasm");
  const sau = jit((x) => {
    const erf = lax.erf(x.ref.mul(beta * Math.SQRT1_2));
    const slopes = erf.mul((1 - ALPHA) / 2).add((1 + ALPHA) / 2);
    const exponent = x.ref.mul(x.ref).mul(-(beta ** 2) / 2);
    const bump = numpy.exp(exponent).mul((1 - ALPHA) / (beta * Math.sqrt(2 * Math.PI)));
    return x.mul(slopes).add(bump);
  });
  return {
    name: "jax-js, wasm",
    async row(values, expected) {
      const x = numpy.array(values);
      return {
        name: "jax-js, wasm",
        elements: values.length,
        async run() {
          const y = await sau(x.ref).blockUntilReady();
          y.dispose();
        },
        async check() {
          expectNear(await sau(x.ref).data(), expected);
        },
        release: () => x.dispose(),
      };
    },
    scale: async () => [],
  };
}
