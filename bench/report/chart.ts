import { formatFigure } from "./format.ts";
import type { Report, Row } from "./summary.ts";

/** All in pixels. */
const WIDTH = 800;
const MARGIN = 16;
const LABELS = 176;
const LONGEST_BAR = 320;
const BAR = 16;
const LINE = 24;
const GROUP_GAP = 14;
/** Characters of the smaller text that fit the width. */
const TEXT_WIDTH = 118;

const TITLES = { node: "Node", node20: "Node", bun: "Bun", deno: "Deno", uwsgi: "uWSGI", nginx: "nginx" } as const;

/** Colours have about the same contrast on white and on GitHub's dark grey; text and lines follow the reader's scheme. */
const STYLE = `
  text { font: 13px ui-sans-serif, system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 16px; font-weight: 600; }
  .group { font-weight: 600; }
  .small { font-size: 12px; fill: #59636e; }
  .raw { fill: #8b949e; } .own { fill: #4b83d8; } .other { fill: #9a6dd7; } .heddle { fill: #d9742b; } .variant { fill: #b08a3c; }
  .spread { stroke: #1f2328; stroke-width: 1.5; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .small { fill: #9198a1; }
    .spread { stroke: #e6edf3; }
  }`;

/** A report as an SVG: a bar a contestant, grouped by runtime, with its figure, its spread and its ratios. Readable on white and on black. */
export function chart(report: Report): string {
  const longest = Math.max(...report.rows.map(({ most }) => most ?? 0));
  const scale = longest > 0 ? LONGEST_BAR / longest : 0;
  const shapes: string[] = [];
  let y = MARGIN + 14;
  shapes.push(text(MARGIN, y, `${report.workload}: ${report.figure.name}, less is better`, "title"));
  for (const line of wrap(report.shows)) shapes.push(text(MARGIN, y += 20, line, "small"));
  y += 12;
  for (const runtime of new Set(report.rows.map((row) => row.runtime))) {
    const rows = report.rows.filter((row) => row.runtime === runtime);
    shapes.push(text(MARGIN, y += GROUP_GAP + 8, `${TITLES[runtime]} ${rows[0]!.version}`, "group"));
    y += 8;
    for (const row of rows) {
      shapes.push(...bar(row, report, y, scale));
      y += LINE;
    }
  }
  for (const line of wrap(facts(report))) shapes.push(text(MARGIN, y += 20, line, "small"));
  const height = y + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<title>${escape(`${report.workload}: ${report.shows}`)}</title>`,
    `<style>${STYLE}\n</style>`,
    ...shapes,
    "</svg>\n",
  ].join("\n");
}

function bar(row: Row, { figure, rows }: Report, y: number, scale: number): string[] {
  const from = MARGIN + LABELS;
  const baseline = y + BAR - 3;
  const shapes = [text(MARGIN + 8, baseline, row.name)];
  if (row.median === null || row.least === null || row.most === null) return [...shapes, text(from, baseline, "failed", "small")];
  // Memory that a collector gave back in the meantime can come to less than nothing.
  const x = (value: number) => round(from + Math.max(value, 0) * scale);
  const middle = y + BAR / 2;
  shapes.push(`<rect class="${row.role}" x="${from}" y="${y}" width="${round(x(row.median) - from)}" height="${BAR}" rx="2"/>`);
  shapes.push(`<line class="spread" x1="${x(row.least)}" x2="${x(row.most)}" y1="${middle}" y2="${middle}"/>`);
  const figures = [formatFigure(row.median, figure.unit), ...ratiosOf(row, rows)].join(" · ");
  return [...shapes, text(round(x(row.most) + 8), baseline, figures, "small")];
}

/** heddle's ratios to the raw socket and the own server; without these, to the others. */
function ratiosOf(row: Row, rows: readonly Row[]): string[] {
  if (row.role !== "heddle" && row.role !== "variant") return [];
  const of = (roles: readonly Row["role"][]) =>
    rows.filter(({ role, name }) => roles.includes(role) && name in row.ratios).map(({ name }) => name);
  const near = of(["raw", "own"]);
  const short = (name: string) => name.replace(/ (socket|server|program)$/, "");
  return [...new Set(near.length > 0 ? near : of(["other"]))].map((name) => `${row.ratios[name]!.toFixed(2)} of ${short(name)}`);
}

function facts({ date, machine, rounds, seconds, rows }: Report): string {
  const length = rows.some(({ traffic }) => traffic !== null) ? ` of ${seconds} s` : "";
  return `${date}: medians of ${rounds} rounds${length}, the line is their spread. ${machine.processor}, ${machine.processors} processors, ` +
    `${machine.memoryGiB} GiB, ${machine.system}.`;
}

function text(x: number, y: number, content: string, style?: string): string {
  return `<text x="${x}" y="${y}"${style === undefined ? "" : ` class="${style}"`}>${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function wrap(content: string): string[] {
  const lines: string[] = [];
  for (const word of content.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= TEXT_WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
