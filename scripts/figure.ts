/**
 * Draws docs/sau.svg from the kernel's own results: SAU and its slope beside ReLU and Leaky ReLU.
 *
 * Run by `npm run figure` after a change of what is drawn.
 */
import { writeFileSync } from "node:fs";
import { backward, forward } from "sau-simd";

const ALPHA = 0.15;
const BETAS = [1, 2, 20000];
const COLOURS = ["#0b7285", "#e8590c", "#5f3dc4"];
const RANGE = 3;
const POINTS = 601;

/** A panel's place and the values it shows. */
interface Panel {
  readonly left: number;
  readonly title: string;
  readonly low: number;
  readonly high: number;
}

const [WIDTH, HEIGHT, MARGIN, PANEL_WIDTH, PANEL_HEIGHT] = [860, 360, 48, 350, 250];
const VALUES: Panel = { left: MARGIN, title: "y = SAU(x)", low: -0.6, high: 3 };
const SLOPES: Panel = { left: MARGIN + PANEL_WIDTH + 64, title: "dy/dx", low: -0.05, high: 1.1 };

const x = Float32Array.from({ length: POINTS }, (_, i) => ((i / (POINTS - 1)) * 2 - 1) * RANGE);

function path(panel: Panel, y: Float32Array): string {
  const points = [...y].map((value, i) => {
    const across = panel.left + ((x[i]! + RANGE) / (2 * RANGE)) * PANEL_WIDTH;
    const up = MARGIN + (1 - (value - panel.low) / (panel.high - panel.low)) * PANEL_HEIGHT;
    return `${across.toFixed(1)},${up.toFixed(1)}`;
  });
  return `M${points.join("L")}`;
}

function curve(panel: Panel, y: Float32Array, colour: string, dash = ""): string {
  return `<path d="${path(panel, y)}" fill="none" stroke="${colour}" stroke-width="2.2" ${dash}/>`;
}

function frame(panel: Panel): string {
  const bottom = MARGIN + PANEL_HEIGHT;
  const ticks = [-3, -2, -1, 0, 1, 2, 3].map((tick) => {
    const across = panel.left + ((tick + RANGE) / (2 * RANGE)) * PANEL_WIDTH;
    return `<line x1="${across}" x2="${across}" y1="${MARGIN}" y2="${bottom}" stroke="#dee2e6"/>
<text x="${across}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`;
  });
  const levels = [0, 0.5, 1, 2, 3]
    .filter((level) => level <= panel.high)
    .map((level) => {
      const up = MARGIN + (1 - (level - panel.low) / (panel.high - panel.low)) * PANEL_HEIGHT;
      return `<line x1="${panel.left}" x2="${panel.left + PANEL_WIDTH}" y1="${up}" y2="${up}" stroke="#dee2e6"/>
<text x="${panel.left - 8}" y="${up + 4}" text-anchor="end">${level}</text>`;
    });
  return `<text x="${panel.left}" y="${MARGIN - 14}" font-weight="bold">${panel.title}</text>\n${[...ticks, ...levels].join("\n")}`;
}

function draw(): string {
  const relu = x.map((value) => Math.max(value, 0));
  const step = x.map((value) => (value < 0 ? 0 : 1));
  const ones = new Float32Array(POINTS).fill(1);
  const curves = BETAS.map((beta, i) => {
    const params = { alpha: ALPHA, beta };
    const { dx } = backward(x, ones, params, { want: ["dx"] });
    return curve(VALUES, forward(x, params), COLOURS[i]!) + curve(SLOPES, dx, COLOURS[i]!);
  });
  const dash = 'stroke-dasharray="4 4"';
  const names = [...BETAS.map((beta) => `SAU, alpha ${ALPHA}, beta ${beta}`), "ReLU"];
  const legend = names.map((name, i) => {
    const across = MARGIN + i * 218;
    return `<line x1="${across}" x2="${across + 24}" y1="${HEIGHT - 16}" y2="${HEIGHT - 16}" stroke="${COLOURS[i] ?? "#868e96"}" stroke-width="2.2" ${i < BETAS.length ? "" : dash}/>
<text x="${across + 30}" y="${HEIGHT - 12}">${name}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#343a40">
<title>SAU and its slope beside ReLU</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>
${frame(VALUES)}
${frame(SLOPES)}
${curve(VALUES, relu, "#868e96", dash)}${curve(SLOPES, step, "#868e96", dash)}
${curves.join("\n")}
${legend.join("\n")}
</svg>
`;
}

writeFileSync(new URL("../docs/sau.svg", import.meta.url), draw());
