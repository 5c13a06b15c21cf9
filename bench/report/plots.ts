/** Results as plots. */
import { TIERS } from "../../ts/tier.js";
import type { Run } from "../results.js";
import { draw, GREY, type Style } from "./drawing.js";

/** A line of the plots, and which rows it joins. */
interface Series extends Style {
  matches(row: string): boolean;
}

/** Limits are grey and dashed; sau-simd is dark blue; peers have a colour each, told apart by lightness too. */
function sizeSeries(tier: string): Series[] {
  const is = (name: string) => (row: string) => row === name;
  return [
    { label: "TensorFlow.js, cpu", colour: "#f08c00", matches: is("TensorFlow.js, cpu backend") },
    { label: "plain JavaScript", colour: "#868e96", matches: is("plain JavaScript") },
    { label: "sau-simd, js tier", colour: "#4dabf7", matches: is("sau-simd, arrays, js") },
    { label: "TensorFlow.js, wasm", colour: "#e8590c", matches: is("TensorFlow.js, wasm backend") },
    { label: "jax-js, wasm", colour: "#2f9e44", matches: is("jax-js, wasm") },
    { label: "ONNX Runtime, web", colour: "#be4bdb", matches: is("ONNX Runtime, web") },
    { label: "ONNX Runtime, node", colour: "#862e9c", matches: is("ONNX Runtime, node") },
    { label: "sau-simd, arrays", colour: "#1c7ed6", wide: true, matches: is(`sau-simd, arrays, ${tier}`) },
    {
      label: "sau-simd, arena tensors",
      colour: "#0b3d91",
      wide: true,
      matches: is(`sau-simd, arena tensors, ${tier}`),
    },
    {
      label: "limit: arithmetic",
      colour: GREY,
      dash: [2, 3],
      matches: is(`arithmetic alone, ${tier}`),
    },
    { label: "limit: memory.copy", colour: GREY, dash: [7, 3], matches: is("memory.copy") },
  ];
}

/** Nanoseconds an element against size, under the newest Node of `runs`; undefined without the suite's results. */
export async function drawSizes(runs: readonly Run[]): Promise<string | undefined> {
  const run = [...runs].reverse().find(({ suites }) => suites.some(({ suite }) => suite === "sizes"));
  if (run === undefined) return undefined;
  const groups = run.suites
    .find(({ suite }) => suite === "sizes")!
    .groups.filter(({ rows }) => rows.length > 2);
  const names = new Set(
    groups.flatMap(({ rows }) => rows.filter((row) => "least" in row).map(({ name }) => name)),
  );
  const tier = TIERS.find((candidate) => names.has(`sau-simd, arrays, ${candidate}`)) ?? "js";
  const series = sizeSeries(tier).filter(({ matches }) => [...names].some(matches));
  const points = series.flatMap(({ label, matches }) =>
    groups.flatMap(({ rows }) =>
      rows.flatMap((row) =>
        "least" in row && matches(row.name) ? [{ label, x: row.elements, y: row.least }] : [],
      ),
    ),
  );
  return draw({
    title: "Forward, beta = 1.7: time an element",
    subtitle: `Node ${run.environment.node.slice(1)}, ${run.environment.processor}, one thread, tier ${tier}`,
    series,
    points,
    x: { title: "elements", type: "log", format: "~s" },
    y: { title: "ns an element", type: "log", format: "~g" },
    height: 470,
  });
}

/** Speed-up against threads; undefined where no pool was timed. */
export async function drawThreads(runs: readonly Run[]): Promise<string | undefined> {
  const pools = (run: Run) =>
    run.suites
      .filter(({ suite }) => suite === "threads")
      .flatMap(({ groups }) => groups.flatMap(({ rows }) => rows))
      .flatMap((row) => {
        const match = /^(forward|backward), pool of (\d+)$/.exec(row.name);
        if (match === null || !("ratio" in row)) return [];
        return [{ label: match[1]!, x: Number(match[2]), y: 1 / row.ratio! }];
      });
  const run = [...runs].reverse().find((one) => pools(one).length > 0);
  if (run === undefined) return undefined;
  const points = pools(run);
  const most = Math.max(...points.map(({ x }) => x));
  const ideal = Array.from({ length: most }, (_, i) => ({ label: "ideal", x: i + 1, y: i + 1 }));
  return draw({
    title: "Pools beside one instance, 4 million elements",
    subtitle: `Node ${run.environment.node.slice(1)}, ${run.environment.processor}, ${run.environment.cores} cores`,
    series: [
      { label: "ideal", colour: GREY, dash: [7, 3] },
      { label: "forward", colour: "#0b3d91", wide: true },
      { label: "backward", colour: "#e8590c", wide: true },
    ],
    points: [...ideal, ...points],
    x: { title: "threads", type: "linear", format: "d" },
    y: { title: "speed-up", type: "linear", format: "~g" },
    height: 280,
  });
}
