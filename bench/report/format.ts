import type { Figure } from "../workload.ts";

/** A figure with its unit, in three places that count: `18.2 us`, `0.85 us`, `5.9 KB`, `83 ms`. */
export function formatFigure(value: number, unit: Figure["unit"]): string {
  // 1 KB is 1,000 bytes, as in the targets.
  return unit === "bytes" ? `${(value / 1000).toFixed(1)} KB` : `${formatNumber(value)} ${unit}`;
}

/** Three places that count, and thousands apart. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size < 10) return value.toFixed(2);
  return size < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en");
}
