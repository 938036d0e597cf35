import { label } from "../contestants.ts";
import { formatFigure, formatRounds } from "./format.ts";
import type { Report, Row } from "./summary.ts";

/** A report as text: a line a contestant, then a line a target. */
export function table(report: Report): string {
  const { workload, shows, rounds, turns = 1, seconds, warmUpSeconds } = report;
  const how = report.rows.some(({ traffic }) => traffic !== null) ? `, ${seconds} s each after ${warmUpSeconds} s of warm-up` : "";
  const parts = [`${workload}: ${shows}`, `medians of ${formatRounds(rounds, turns)}${how}`, contestants(report)];
  if (report.targets.length > 0) parts.push(targets(report));
  const failures = report.rows.filter(({ error }) => error !== null);
  parts.push(...failures.map((row) => `${label(row)} failed: ${row.error}`));
  return parts.join("\n\n");
}

function contestants({ rows, figure }: Report): string {
  const loaded = rows.some(({ traffic }) => traffic !== null);
  const [raw, own] = (["raw", "own"] as const).map((role) => rows.find((row) => row.role === role)?.name);
  const readings = Object.keys(rows.find((row) => row.readings !== undefined)?.readings ?? {});
  const head = ["runtime", "contestant", figure.name, "least to most", ...readings];
  if (loaded) head.push("requests/s", "p50", "p99");
  if (raw !== undefined) head.push(`of ${raw}`);
  if (own !== undefined) head.push(`of ${own}`);
  const lines = rows.map((row) => {
    const line = [`${row.runtime} ${row.version}`, row.name, ...figures(row, figure.unit)];
    line.push(...readings.map((name) => row.readings === undefined ? "" : formatFigure(row.readings[name]!, figure.unit)));
    if (loaded) line.push(...traffic(row));
    if (raw !== undefined) line.push(ratio(row, raw));
    if (own !== undefined) line.push(ratio(row, own));
    return line;
  });
  return align([head, ...lines], 2);
}

function figures({ median, least, most }: Row, unit: Report["figure"]["unit"]): [string, string] {
  if (median === null || least === null || most === null) return ["failed", ""];
  return [formatFigure(median, unit), `${formatFigure(least, unit)} to ${formatFigure(most, unit)}`];
}

function traffic(row: Row): string[] {
  if (row.traffic === null) return ["", "", ""];
  const { requestsPerSecond, p50Micros, p99Micros } = row.traffic;
  return [requestsPerSecond.toLocaleString("en"), milliseconds(p50Micros), milliseconds(p99Micros)];
}

function milliseconds(micros: number): string {
  return `${(micros / 1000).toFixed(2)} ms`;
}

function ratio({ ratios }: Row, to: string): string {
  return ratios[to]?.toFixed(2) ?? "";
}

function targets({ targets, figure }: Report): string {
  const show = (value: number, kind: string) => kind === "ratio" ? value.toFixed(2) : formatFigure(value, figure.unit);
  const lines = targets.map(({ what, kind, most, measured, met }) => [what, show(most, kind), show(measured, kind), met ? "pass" : "MISS"]);
  return align([["target", "at most", "measured", ""], ...lines], 1);
}

/** Columns of text, of which the first `left` are aligned to the left and the others to the right. */
function align(lines: readonly (readonly string[])[], left: number): string {
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines.map((line) =>
    line.map((cell, column) => column < left ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)).join("  ").trimEnd()
  ).join("\n");
}
