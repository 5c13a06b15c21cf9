// The same of the entry that is plain JavaScript alone.
import { backward, forward } from "sau-simd/js";

globalThis.results = [forward(new Float32Array(8)), backward(new Float32Array(8), new Float32Array(8))];
