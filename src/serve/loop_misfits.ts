import { DEFAULT_BACKLOG, type ListenOptions } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import { DEFAULT_LIMITS } from "../http/limits.ts";
import { gapLine, gapsOf } from "../loop/gaps.ts";
import type { ServeOptions } from "./serve_options.ts";
import { DEFAULT_TIMEOUTS } from "./timeouts.ts";

/** What may as well be left out. */
const DEFAULTS: ServeOptions = {
  keepAliveRequests: 0,
  writeBufferBytes: 67_108_864,
  offload: 10_000,
  limits: DEFAULT_LIMITS,
  timeouts: DEFAULT_TIMEOUTS,
};

/**
 * What a loop engine cannot keep of options that differ from their defaults.
 *
 * @param addresses Where it is to listen, each with its backlog, by which `--listen` comes too.
 * @returns A line for each.
 * @throws {ConfigError} One that must not be given with it.
 */
export function loopMisfits(loop: string, options: ServeOptions, addresses: readonly ListenOptions[]): readonly string[] {
  const lines: string[] = [];
  for (const gap of gapsOf(loop, addresses)) {
    const value = gap.name === "listen" ? backlogOf(addresses, gap.onUnix === true) : valueOf(options, gap.name);
    if (value === undefined || value === valueOf(DEFAULTS, gap.name) || Array.isArray(value) && value.length === 0) continue;
    const line = gapLine(gap, gap.flag ?? `option ${gap.name}`, loop);
    if (gap.isRefused) throw new ConfigError(gap.name, line);
    lines.push(line);
  }
  return lines;
}

/** One that differs from its default. */
function backlogOf(addresses: readonly ListenOptions[], onUnix: boolean): number | undefined {
  return addresses.find(({ transport, backlog }) => backlog !== DEFAULT_BACKLOG && (!onUnix || transport === "unix"))?.backlog;
}

function valueOf(options: ServeOptions, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], options);
}
