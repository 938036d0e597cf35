import type { ListenOptions } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import type { GivenOptions } from "./read.ts";
import type { SERVE_OPTIONS, ServeOptionValues } from "./table.ts";

type Given = GivenOptions<typeof SERVE_OPTIONS>;

/**
 * Puts flags over environment. `--http` on one side and `--port` or `--host` on the other say the same thing, so that either, as a
 * flag, takes the place of the other's variable.
 *
 * @throws {ConfigError} `--http` and one of its short forms stand side by side.
 */
export function mergeServeOptions(flags: Given, environment: Given): Given {
  const { http, port, host, ...others } = environment;
  const short = flags.port ?? flags.host;
  const merged: Given = {
    ...others,
    ...(short === undefined && http !== undefined && { http }),
    ...(flags.http === undefined && port !== undefined && { port }),
    ...(flags.http === undefined && host !== undefined && { host }),
    ...flags,
  };
  const other = merged.port ?? merged.host;
  if (merged.http !== undefined && other !== undefined) {
    throw new ConfigError(other.source, `${other.source}: ${merged.http.source} is given too; it says host and port already`);
  }
  return merged;
}

/** Where to listen, by `--http` or its short forms, each with the backlog and the mode that were asked for. */
export function listenersOf(values: ServeOptionValues): readonly ListenOptions[] {
  const { http, port, host, listen, chmodSocket } = values;
  const [usual] = http;
  const listeners = port === null && host === null || usual.transport === "unix"
    ? http
    : [{ transport: "tcp" as const, hostname: host ?? usual.hostname, port: port ?? usual.port }];
  return listeners.map((listener) => {
    const mode = listener.transport === "unix" && chmodSocket !== null ? { mode: chmodSocket } : {};
    return { ...listener, ...mode, backlog: listen };
  });
}
