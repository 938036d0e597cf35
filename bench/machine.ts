import type { Machine } from "./report/summary.ts";

/** What the results were measured on. */
export async function readMachine(): Promise<Machine> {
  const [cpu, memory] = await Promise.all([Deno.readTextFile("/proc/cpuinfo"), Deno.readTextFile("/proc/meminfo")]);
  return {
    processor: /model name\s*:\s*(.*)/.exec(cpu)?.[1] ?? "unknown",
    processors: navigator.hardwareConcurrency,
    memoryGiB: Math.round(Number(/MemTotal:\s+(\d+)/.exec(memory)?.[1] ?? 0) / 1024 ** 2),
    system: `${Deno.build.os} ${Deno.osRelease()}`,
  };
}
