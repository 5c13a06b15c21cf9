// The least that uses the kernels: what the package adds to a program.
import { backward, forward } from "sau-simd";

globalThis.results = [forward(new Float32Array(8)), backward(new Float32Array(8), new Float32Array(8))];
