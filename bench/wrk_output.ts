import type { Traffic } from "./workload.ts";

/** What wrk saw, and how many requests it counted. */
export interface WrkResult extends Traffic {
  readonly requests: number;
}

const MICROS = { us: 1, ms: 1000, s: 1_000_000, m: 60_000_000 } as const;

/** Reads what `wrk --latency` prints; null if it saw an error, an answer that is not 2xx, or no answer at all. */
export function readWrk(text: string): WrkResult | null {
  const requests = Number(/(\d+) requests in/.exec(text)?.[1] ?? 0);
  if (requests === 0 || /Socket errors|Non-2xx/.test(text)) return null;
  return {
    requests,
    requestsPerSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1] ?? 0),
    p50Micros: percentile(text, 50),
    p99Micros: percentile(text, 99),
  };
}

function percentile(text: string, part: number): number {
  const match = new RegExp(`${part}%\\s+([\\d.]+)(us|ms|s|m)\\b`).exec(text);
  return match === null ? NaN : Math.round(Number(match[1]) * MICROS[match[2] as keyof typeof MICROS]);
}
