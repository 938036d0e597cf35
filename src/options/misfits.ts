import type { App } from "../contract/app.ts";
import type { Listeners } from "./listeners.ts";
import type { ServeOptionValues } from "./table.ts";

/**
 * What was asked for and will not come about, though each option is valid by itself.
 *
 * @param descriptorLimit How many files the process may have open; null where that is not known.
 * @param kind The app's.
 * @returns A line for each, without an end.
 */
export function optionMisfits(
  values: ServeOptionValues,
  { http, https }: Listeners,
  descriptorLimit: number | null,
  kind: App["kind"],
): string[] {
  const lines: string[] = [];
  const { connections, chmodSocket, chownSocket, proxyProtocol } = values;
  if (connections !== null && descriptorLimit !== null && connections >= descriptorLimit) {
    lines.push(
      `--connections ${connections}: this process may have ${descriptorLimit} files open (ulimit -n), so that it can never have as many, ` +
        "and new ones will find no descriptor; raise that limit, or lower --connections",
    );
  }
  if (http.every(({ transport }) => transport !== "unix")) {
    for (const [flag, value] of [["--chmod-socket", chmodSocket], ["--chown-socket", chownSocket]] as const) {
      if (value !== null) lines.push(`${flag} does nothing: none of the listeners is a Unix socket`);
    }
  }
  if (proxyProtocol.length > 0 && https.length > 0) {
    const place = http.length > 0 ? "the plain listeners alone" : "no listener";
    lines.push(
      `--proxy-protocol is read on ${place}: a PROXY header in front of TLS fails its handshake; let the proxy end TLS, or send no header to --https`,
    );
  }
  if (values.wasmDirs.length > 0 && kind !== "wasm") lines.push("--wasm-dir does nothing: the app is no WebAssembly program");
  return lines;
}
