import type { Figure } from "../workload.ts";

/** A figure with its unit, in three places that count: `18.2 us`, `0.85 us`, `5.9 KB`, `83 ms`; memory in KB, or in MB from a million on. */
export function formatFigure(value: number, unit: Figure["unit"]): string {
  if (unit !== "bytes") return `${formatNumber(value)} ${unit}`;
  // 1 KB is 1,000 bytes, as in the targets.
  return Math.abs(value) < 1_000_000 ? `${(value / 1000).toFixed(1)} KB` : `${(value / 1_000_000).toFixed(1)} MB`;
}

/** Three places that count, and thousands apart. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size < 10) return value.toFixed(2);
  return size < 100 ? value.toFixed(1) : Math.round(value).toLocaleString("en");
}

/** `5 rounds with 5 turns`, `1 round`. */
export function formatRounds(rounds: number, turns: number): string {
  const told = `${rounds} ${rounds === 1 ? "round" : "rounds"}`;
  return turns === 1 ? told : `${told} with ${turns} turns`;
}
