import type { ListenOptions } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import { isIpv4, isZonedIpv6 } from "../ip_address.ts";
import type { Unit } from "./option.ts";

/** Bytes of a Unix socket's path: `sun_path` of Linux has 108, the last of them 0 (unix(7)). */
const UNIX_PATH_BYTES = 107;

/** A TCP port; 0 asks for a free one. */
export const PORT: Unit<number> = {
  placeholder: "PORT",
  spelling: "0 to 65535; 0 for any free port",
  parse(text) {
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new ConfigError(null, "not a port from 0 to 65535");
    return Number(text);
  },
};

/** A host to listen on: a name or an IP address, IPv6 with or without brackets. */
export const HOST: Unit<string> = {
  placeholder: "HOST",
  spelling: "a name or an IP address: localhost, 127.0.0.1, 0.0.0.0, ::1",
  parse(text) {
    const bare = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
    if (bare.includes(":") ? !isZonedIpv6(bare) : text !== bare || !isNameOrIpv4(bare)) {
      throw new ConfigError(null, "not a host name or an IP address");
    }
    return bare;
  },
};

/** A file's path. */
export const FILE: Unit<string> = {
  placeholder: "FILE",
  spelling: "a path",
  parse(text) {
    if (text === "" || text.includes("\0")) throw new ConfigError(null, "not a path");
    return text;
  },
};

/** An address to listen on. */
export const LISTENER: Unit<ListenOptions> = {
  placeholder: "ADDRESS",
  spelling: "HOST:PORT, :PORT (every interface), [IPV6]:PORT or unix:PATH",
  parse: readAddress,
};

/** An address to speak TLS on: Deno has no other. */
export const TCP_LISTENER: Unit<ListenOptions> = {
  placeholder: "ADDRESS",
  spelling: "HOST:PORT, :PORT (every interface) or [IPV6]:PORT",
  parse(text) {
    const address = readAddress(text);
    if (address.transport === "unix") throw new ConfigError(null, "TLS is spoken over TCP alone; give it HOST:PORT");
    return address;
  },
};

/**
 * Reads where `serve()` is to listen: `HOST:PORT`, `[IPV6]:PORT`, `unix:PATH`, or `:PORT` for every IPv4 interface, as in uWSGI; `[::]:PORT`
 * is every interface of both families, where the system has both.
 *
 * @param option Whose value it is.
 * @throws {ConfigError} It is no address; the message says what was likely meant.
 */
export function parseAddress(text: string, option: "http" | "https" = "http"): ListenOptions {
  try {
    return readAddress(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(option, `listen on ${JSON.stringify(text)}: ${error.message}`);
  }
}

function readAddress(text: string): ListenOptions {
  if (text.startsWith("unix:")) return { transport: "unix", path: unixPath(text.slice("unix:".length)) };
  const colon = text.lastIndexOf(":");
  const host = text.slice(0, Math.max(colon, 0));
  const port = text.slice(colon + 1);
  if (colon === -1 || !/^\d+$/.test(port) || host === "*" || (host.includes(":") && !host.startsWith("["))) {
    throw new ConfigError(null, `not an address${whatWasMeant(text)}`);
  }
  return { transport: "tcp", hostname: host === "" ? "0.0.0.0" : HOST.parse(host), port: PORT.parse(port) };
}

/** Ends the message with what an address that is no address would have been. */
function whatWasMeant(text: string): string {
  const fromUrl = /^https?:\/\/(\[[^\]]*\]|[^/:]*)(?::(\d+))?\/?$/i.exec(text);
  if (fromUrl !== null) return `: write it without the scheme, ${fromUrl[1]}:${fromUrl[2] ?? "8080"}`;
  if (/^\d+$/.test(text)) return `: write 127.0.0.1:${text}, or :${text} for every interface`;
  const last = text.lastIndexOf(":");
  const [host, port] = [text.slice(0, Math.max(last, 0)), text.slice(last + 1)];
  if (/^\d+$/.test(port) && isZonedIpv6(host)) return `: write IPv6 in brackets, [${host}]:${port}`;
  if (isZonedIpv6(text)) return `: write IPv6 in brackets and with its port, [${text}]:8080`;
  if (text.startsWith("/") || text.startsWith("./")) return `: write a Unix socket as unix:${text}`;
  if (text === "*" || host === "*") return `: write :${host === "*" ? port : "8080"} for every interface`;
  if (last === -1 && isNameOrIpv4(text)) return `: it has no port, write ${text}:8080`;
  return ", such as 127.0.0.1:8080, :8080, [::1]:8080 or unix:/run/app.sock";
}

function unixPath(path: string): string {
  if (path === "") throw new ConfigError(null, "no path after unix:");
  if (path.includes("\0")) throw new ConfigError(null, "a NUL in a Unix socket's path");
  const bytes = new TextEncoder().encode(path).byteLength;
  if (bytes > UNIX_PATH_BYTES) throw new ConfigError(null, `a Unix socket's path has at most ${UNIX_PATH_BYTES} bytes, this one ${bytes}`);
  return path;
}

/** RFC 1123 section 2.1, and underscores. What has only numbers is meant for an address. */
function isNameOrIpv4(text: string): boolean {
  if (/^[\d.]+$/.test(text)) return isIpv4(text);
  return text.length <= 253 && text.split(".").every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i.test(label));
}
