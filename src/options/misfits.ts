import type { App } from "../contract/app.ts";
import type { Listeners } from "./listeners.ts";
import { namesFolders } from "./static_maps.ts";
import { STATIC_FILE_OPTIONS } from "./static_table.ts";
import type { ServeOptionValues } from "./table.ts";

/**
 * What was asked for and will not come about, though each option is valid by itself.
 *
 * @param descriptorLimit How many files the process may have open; null where that is not known.
 * @param kind The app's; null without one.
 * @returns A line for each, without an end.
 */
export function optionMisfits(
  values: ServeOptionValues,
  { http, https }: Listeners,
  descriptorLimit: number | null,
  kind: App["kind"] | null,
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
  const folders = namesFolders(values);
  if (!folders) {
    for (const [flag, isGiven] of staticOptions(values)) {
      if (isGiven) {
        lines.push(`${flag} does nothing: no folder's files are served; name one by --static-map /PREFIX=DIR or --check-static DIR`);
      }
    }
  }
  if (kind !== null && values.static404 !== null && folders) {
    lines.push("--static-404 does nothing: what is no file is the app's to answer");
  }
  return lines;
}

/** Those that say how files are served, and whether they differ from their defaults. */
function staticOptions(values: ServeOptionValues): ReadonlyArray<readonly [flag: string, isGiven: boolean]> {
  return (Object.keys(STATIC_FILE_OPTIONS) as (keyof typeof STATIC_FILE_OPTIONS)[]).map((name) => {
    const { flag, repeatable, unit, default: usual } = STATIC_FILE_OPTIONS[name];
    const value = values[name];
    if (repeatable) return [flag, (value as readonly unknown[]).length > 0];
    return [flag, value !== (usual === null ? null : unit.parse(usual))];
  });
}
