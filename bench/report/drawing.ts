/** Lines over points, labelled at their ends: SVG that vega draws without a browser, on a ground of its own for light and dark pages. */
import { load } from "../peers/peer.js";
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

/** How a line is drawn, and what it is called. */
export interface Style {
  readonly label: string;
  readonly colour: string;
  readonly dash?: readonly number[];
  readonly wide?: boolean;
}

export const GREY = "#495057";

/** A point of the line with this label. */
export interface Point {
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

export interface Axis {
  readonly title: string;
  readonly type: "log" | "linear";
  readonly format: string;
  /** From where to where the y axis goes; without it, as {@link bounds} says. */
  readonly domain?: readonly [low: number, high: number];
}

export interface Drawing {
  readonly title: string;
  readonly subtitle: string;
  readonly series: readonly Style[];
  readonly points: readonly Point[];
  readonly x: Axis;
  readonly y: Axis;
  readonly height: number;
}

const WIDTH = 560;
const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

/** An SVG of its own, with a title. */
export async function draw({ title, subtitle, series, points, x, y, height }: Drawing): Promise<string> {
  const [vega, vegaLite] = [await load<Vega>("vega"), await load<VegaLite>("vega-lite")];
  const last = series.map(({ label }) => points.filter((point) => point.label === label).at(-1)!);
  const [low, high] = y.domain ?? bounds(y, points);
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
