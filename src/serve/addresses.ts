import { DEFAULT_BACKLOG, type ListenOptions } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import { parseAddress } from "../options/parse.ts";
import { identitiesOf } from "./identity.ts";
import type { ServeOptions } from "./serve_options.ts";

type Given = ServeOptions["http"];

/**
 * Where the options say to listen: plain addresses first.
 *
 * @throws {ConfigError} An address is none, or TLS lacks its certificate or its address.
 */
export function addressesOf(options: ServeOptions): readonly ListenOptions[] {
  const { https, tls, host, port } = options;
  const isPlain = https === undefined || host !== undefined || port !== undefined;
  const usual = isPlain ? `${bracketed(host ?? "127.0.0.1")}:${port ?? 8080}` : [];
  const backlog = options.listen ?? DEFAULT_BACKLOG;
  const plain = read("http", options.http ?? usual).map((address) => ({ backlog, ...address }));
  if (https === undefined && tls !== undefined) throw new ConfigError("tls", "option tls: no listener speaks TLS; give https an address");
  if (https === undefined) return some("http", plain);
  if (tls === undefined) throw new ConfigError("https", "option https: no certificate; give tls, as { cert, key }");
  const identities = identitiesOf(tls);
  const secure = read("https", https).map((address): ListenOptions => {
    if (address.transport === "tcp") return { backlog, ...address, tls: identities };
    throw new ConfigError("https", `option https: unix:${address.path}: TLS is spoken over TCP alone`);
  });
  return [...plain, ...some("https", secure)];
}

function read(name: "http" | "https", given: NonNullable<Given>): ListenOptions[] {
  return ([given].flat() as (string | ListenOptions)[]).map((address) =>
    typeof address === "string" ? parseAddress(address, name) : address
  );
}

function some(name: string, addresses: readonly ListenOptions[]): readonly ListenOptions[] {
  if (addresses.length === 0) throw new ConfigError(name, `serve() has no address to listen on: give one, or leave ${name} out`);
  return addresses;
}

function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
