import type { ListenOptions, SocketOwner } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import { expandLoop } from "./loop.ts";
import type { GivenOptions } from "./read.ts";
import type { SERVE_OPTIONS, ServeOptionValues } from "./table.ts";

type Given = GivenOptions<typeof SERVE_OPTIONS>;

/**
 * Puts flags over environment, and the long form of `--deno-serve N` and its like in its place. `--http` on one side and `--port` or `--host` on the other say the same thing, so that either, as a
 * flag, takes the place of the other's variable.
 *
 * @throws {ConfigError} `--http`, `--loop` or `--async` and one of its short forms stand side by side.
 */
export function mergeServeOptions(given: Given, variables: Given): Given {
  const flags = expandLoop(given);
  const { http, port, host, ...others } = expandLoop(variables);
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

/** Where to listen, in plain and over TLS. */
export interface Listeners {
  readonly http: readonly ListenOptions[];
  readonly https: readonly ListenOptions[];
}

/**
 * Where to listen, by `--http` or its short forms, and `--https`, each with the backlog, and Unix sockets with the mode and the owner, that were asked for.
 *
 * @param owner Whom `--chown-socket` names.
 * @throws {ConfigError} `--https`, `--cert` and `--key` are not all given, or not as many keys as certificates.
 */
export function listenersOf(values: ServeOptionValues, owner: SocketOwner | null = null): Listeners {
  const { port, host, listen, chmodSocket, https } = values;
  checkTls(values);
  const isShort = port !== null || host !== null;
  const usual = isShort || https.length === 0 ? [{ transport: "tcp" as const, hostname: host ?? "127.0.0.1", port: port ?? 8080 }] : [];
  const plain = (values.http.length > 0 ? values.http : usual).map((listener): ListenOptions => {
    if (listener.transport === "tcp") return { ...listener, backlog: listen };
    return { ...listener, ...(chmodSocket !== null && { mode: chmodSocket }), ...(owner !== null && { owner }), backlog: listen };
  });
  return { http: plain, https: https.map((listener) => ({ ...listener, backlog: listen })) };
}

function checkTls({ https, cert, key }: ServeOptionValues): void {
  const files = [["--cert", cert], ["--key", key]] as const;
  for (const [flag, paths] of files) {
    if (https.length > 0 && paths.length === 0) throw new ConfigError(flag, `--https: no ${flag}; give it a file in PEM`);
    if (https.length === 0 && paths.length > 0) {
      throw new ConfigError(flag, `${flag} ${paths[0]}: no listener speaks TLS; give --https an address`);
    }
  }
  if (cert.length !== key.length) {
    throw new ConfigError("--key", `${cert.length} --cert and ${key.length} --key: give each certificate its key, in the same order`);
  }
}
