/** Results as plots: SVG that vega draws without a browser, on a ground of its own for light and dark pages. */
import { load } from "../peers/peer.js";
import type { Run } from "../results.js";
import { spreadLabels } from "./labels.js";

/** What is used of vega. */
interface Vega {
  parse(spec: object): object;
  View: new (
    runtime: object,
    options: { renderer: "none" },
  ) => { toSVG(): Promise<string>; finalize(): void };
}

/** What is used of vega-lite. */
interface VegaLite {
  compile(spec: object): { readonly spec: object };
}

/** A line of the plots: what it is called, how it is drawn, and which rows it joins. */
interface Series {
  readonly label: string;
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly wide?: boolean;
  matches(row: string): boolean;
}

const GREY = "#495057";

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

interface Point {
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

/** Nanoseconds an element against size, under the newest Node of `runs`; undefined without the suite's results. */
export async function drawSizes(runs: readonly Run[]): Promise<string | undefined> {
  const run = [...runs].reverse().find(({ suites }) => suites.some(({ suite }) => suite === "sizes"));
  if (run === undefined) return undefined;
  const groups = run.suites
    .find(({ suite }) => suite === "sizes")!
    .groups.filter(({ rows }) => rows.length > 2);
  const tiers = ["relaxed-simd", "simd128", "scalar"];
  const names = new Set(
    groups.flatMap(({ rows }) => rows.filter((row) => "least" in row).map(({ name }) => name)),
  );
  const tier = tiers.find((candidate) => names.has(`sau-simd, arrays, ${candidate}`)) ?? "js";
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
      { label: "ideal", colour: GREY, dash: [7, 3], matches: () => false },
      { label: "forward", colour: "#0b3d91", wide: true, matches: () => false },
      { label: "backward", colour: "#e8590c", wide: true, matches: () => false },
    ],
    points: [...ideal, ...points],
    x: { title: "threads", type: "linear", format: "d" },
    y: { title: "speed-up", type: "linear", format: "~g" },
    height: 280,
  });
}

interface Axis {
  readonly title: string;
  readonly type: "log" | "linear";
  readonly format: string;
}

interface Drawing {
  readonly title: string;
  readonly subtitle: string;
  readonly series: readonly Series[];
  readonly points: readonly Point[];
  readonly x: Axis;
  readonly y: Axis;
  readonly height: number;
}

const WIDTH = 560;
const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

async function draw({ title, subtitle, series, points, x, y, height }: Drawing): Promise<string> {
  const [vega, vegaLite] = [await load<Vega>("vega"), await load<VegaLite>("vega-lite")];
  const last = series.map(({ label }) => points.filter((point) => point.label === label).at(-1)!);
  const [low, high] = bounds(y, points);
  const labels = spreadLabels(last, height, (value) => position(y.type, value, low, high) * height);
  const scale = {
    domain: series.map(({ label }) => label),
    range: series.map(({ colour }) => colour),
  };
  const colour = { field: "label", type: "nominal", scale, legend: null };
  const dashes = { domain: scale.domain, range: series.map(({ dash }) => dash ?? [1, 0]) };
  const widths = { domain: scale.domain, range: series.map(({ wide }) => (wide ? 3 : 1.6)) };
  const powers = { values: [0.01, 0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7] };
  const across = {
    field: "x",
    type: "quantitative",
    title: x.title,
    scale: x.type === "log" ? { type: "log", nice: false } : { type: "linear", nice: false, zero: false },
    axis: { format: x.format, ...(x.type === "log" ? powers : { tickMinStep: 1 }) },
  };
  const up = {
    field: "y",
    type: "quantitative",
    title: y.title,
    scale: { type: y.type, domain: [low, high], nice: false },
    axis: { format: y.format, ...(y.type === "log" && powers) },
  };
  const right = { x: { value: WIDTH + 10 }, color: colour };
  const spec = {
    width: WIDTH,
    height,
    background: "#ffffff",
    padding: 16,
    title: { text: title, subtitle, anchor: "start", offset: 14 },
    layer: [
      {
        data: { values: points },
        mark: { type: "line", interpolate: "linear", strokeJoin: "round" },
        encoding: {
          x: across,
          y: up,
          color: colour,
          strokeDash: { field: "label", type: "nominal", scale: dashes, legend: null },
          strokeWidth: { field: "label", type: "ordinal", scale: widths, legend: null },
        },
      },
      {
        data: {
          values: points.filter(({ label }) => series.find((one) => one.label === label)!.dash === undefined),
        },
        mark: { type: "point", filled: true, size: 26, opacity: 1 },
        encoding: { x: across, y: up, color: colour },
      },
      {
        data: { values: labels },
        mark: { type: "text", align: "left", baseline: "middle", fontSize: 13, fontWeight: 600, clip: false },
        encoding: {
          ...right,
          y: { field: "at", type: "quantitative", scale: null },
          text: { field: "label" },
        },
      },
    ],
    resolve: { scale: { strokeDash: "independent", strokeWidth: "independent" } },
    config: {
      aria: false, // an element's figures are in the tables; the plot as a whole has a title
      font: FONT,
      view: { stroke: null },
      title: {
        fontSize: 16,
        subtitleFontSize: 12,
        color: "#212529",
        subtitleColor: GREY,
        subtitlePadding: 4,
      },
      axis: {
        labelFontSize: 12,
        titleFontSize: 13,
        titleFontWeight: "normal",
        labelColor: "#343a40",
        titleColor: "#343a40",
        gridColor: "#e9ecef",
        domainColor: "#adb5bd",
        tickColor: "#adb5bd",
      },
    },
  };
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg.replace(/^<svg[^>]*>/, `$&<title>${title}</title>`)}\n`;
}

/** Half powers of ten around the points, or from 0. */
function bounds({ type }: Axis, points: readonly Point[]): [low: number, high: number] {
  const values = points.map(({ y }) => y);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (type === "linear") return [0, high * 1.05];
  return [10 ** (Math.floor(Math.log10(low) * 2) / 2), 10 ** (Math.ceil(Math.log10(high) * 2) / 2)];
}

/** From the top, 0, to the bottom, 1. */
function position(type: Axis["type"], value: number, low: number, high: number): number {
  const place = type === "log" ? Math.log : (number: number) => number;
  return 1 - (place(value) - place(low)) / (place(high) - place(low));
}
