import { isProgram, loadApp, type LoadedApp } from "../app/load.ts";
import type { ListenOptions } from "../contract/socket.ts";
import { process } from "../io/node_process.ts";
import { selectPlatform } from "../io/select.ts";
import { gapLine, gapsOf } from "../loop/gaps.ts";
import { createAccessLog } from "../observe/access_log.ts";
import { headLimitsOf, limitPostMaxOf } from "../options/limits.ts";
import { listenersOf } from "../options/listeners.ts";
import { optionMisfits } from "../options/misfits.ts";
import { namesFolders, staticMapsOf, staticRootsOf } from "../options/static_maps.ts";
import type { GivenOptions } from "../options/read.ts";
import { SERVE_OPTIONS, type ServeOptionName, type ServeOptionValues } from "../options/table.ts";
import { serve } from "../serve/server.ts";
import { VERSION } from "../version.ts";
import { mimeTypesOf } from "./mime_file.ts";
import { missingPages, singleFilesOf } from "./missing_pages.ts";
import { prepareRuntime } from "./prepare_runtime.ts";
import { reachOf } from "./reach.ts";
import { runUntilStopped } from "./stop.ts";
import type { Streams } from "./streams.ts";
import { socketOwner } from "./socket_owner.ts";
import { TlsFiles } from "./tls_files.ts";

type Given = GivenOptions<typeof SERVE_OPTIONS>;

/**
 * Loads an app and serves it until a signal stops it.
 *
 * @param path Null for static files alone.
 * @param given What of the values was given, and not left to its default.
 * @returns The exit code.
 * @throws {ConfigError} An option or the app is wrong.
 * @throws {UnsupportedError} This runtime cannot do it.
 * @throws {BrokenError} It cannot listen.
 */
export async function serveApp(path: string | null, values: ServeOptionValues, given: Given, streams: Streams): Promise<number> {
  if (path !== null && isProgram(path)) (await import("./slow_memory.ts")).avoidFastMemory();
  const platform = await selectPlatform(values.io ?? undefined);
  const { clock, runtime } = platform;
  await prepareRuntime(runtime.name, values.globals);
  const loaded = path === null ? null : await load(path, values);
  const maps = namesFolders(values)
    ? staticMapsOf(values, await mimeTypesOf(values.mimeFile), await singleFilesOf(staticRootsOf(values)))
    : [];
  const format = values.logFormat === "none" ? null : values.logFormat;
  const observer = createAccessLog({
    format,
    requests: streams.out,
    problems: streams.err,
    clock,
    pid: process.pid,
    harakiriVerbose: values.harakiriVerbose,
  });
  const owner = values.chownSocket === null ? null : await socketOwner(values.chownSocket);
  const { http, https } = listenersOf(values, owner);
  const files = values.cert.length === 0 ? null : new TlsFiles(values.cert, values.key);
  const server = serve({
    ...(loaded !== null && { app: loaded.app }),
    ...(maps.length > 0 && { static: maps }),
    offload: values.offload,
    http,
    ...(files !== null && { https, tls: await files.read() }),
    trustProxy: values.trustProxy,
    ...(values.trustProxyFields.length > 0 && { trustProxyFields: values.trustProxyFields }),
    proxyProtocol: values.proxyProtocol,
    ...(values.async !== null && { async: values.async }),
    queue: values.queue,
    queueTimeoutMs: values.queueTimeoutMs,
    ...(values.shed !== null && { shed: values.shed }),
    sliceMs: values.sliceMs,
    limitPostBytes: values.limitPostBytes,
    limitPostMaxBytes: limitPostMaxOf(values),
    postBufferingBytes: values.postBufferingBytes,
    writeBufferBytes: values.writeBufferBytes,
    ...(values.connections !== null && { connections: values.connections }),
    keepAliveRequests: values.keepAliveRequests,
    limits: headLimitsOf(values),
    timeouts: {
      handshakeMs: values.handshakeMs,
      firstByteMs: values.firstByteMs,
      headMs: values.headMs,
      bodyIdleMs: values.bodyIdleMs,
      bodyRate: values.bodyRate,
      keepAliveMs: values.keepAliveMs,
      writeStallMs: values.writeStallMs,
    },
    harakiriMs: values.harakiriMs,
    harakiriRoutes: values.harakiriRoutes,
    ...(values.harakiriLost !== null && { harakiriLost: values.harakiriLost }),
    watchdog: true,
    reloadMercyMs: values.reloadMercyMs,
    ...(values.loop !== null && { loop: values.loop }),
    ...(values.suspend !== null && { suspend: values.suspend }),
    observer,
    platform: { ...platform, threads: () => platform.threads!(values.globals) },
  });
  await server.ready;
  const say = (line: string) => streams.err.write(`${line}\n`);
  const { io, loop, suspend } = server.engines;
  const version = `heddle ${VERSION} on ${RUNTIME_NAMES[runtime.name]} ${runtime.version}, pid ${process.pid}`;
  say(
    `${version}: ${
      loop === null ? `io ${io}` : `loop ${loop}`
    }, suspend ${suspend}, ${server.stats().cores.length} cores, globals ${values.globals}`,
  );
  say(loaded === null ? "app: none, static files alone" : `app: ${path}, ${loaded.description}`);
  for (const { prefix, root, keepPrefix } of maps) say(`files: ${prefix}, from ${root}${keepPrefix ? `, with ${prefix} left on` : ""}`);
  const listeners = [...http, ...https];
  const { ownAddresses = () => Promise.resolve([]) } = platform;
  const reaches = await Promise.all(server.urls.map((url, index) => reachOf(url, listeners[index], ownAddresses)));
  reaches.flat().forEach(say);
  for (const line of optionMisfits(values, { http, https }, platform.descriptorLimit ?? null, loaded?.app.kind ?? null)) {
    say(`*** WARNING *** ${line}`);
  }
  for (const line of await missingPages(values, maps, given)) say(`*** WARNING *** ${line}`);
  if (loop !== null) { for (const line of givenGaps(loop, values, given, listeners)) say(`*** WARNING *** ${line}`); }
  if (files !== null) files.readAgainOnSignal(server, streams.err);
  return await runUntilStopped(server, values.reloadMercyMs, observer, streams.err);
}

/** What a loop cannot keep and was given all the same, be it by its default's value, of which `serve` says nothing; and `--io`, which it is not told of. */
function givenGaps(loop: string, values: ServeOptionValues, given: Given, listeners: readonly ListenOptions[]): string[] {
  return (Object.keys(SERVE_OPTIONS) as ServeOptionName[]).flatMap((name) => {
    const { flag, unit, default: usual } = SERVE_OPTIONS[name];
    const isTold = name !== "io" && (usual === null || values[name] !== unit.parse(usual));
    if (given[name] === undefined || isTold) return [];
    return gapsOf(loop, listeners).filter((gap) => gap.flag === flag).map((gap) => gapLine(gap, given[name]!.source, loop));
  });
}

async function load(path: string, values: ServeOptionValues): Promise<LoadedApp> {
  if (isProgram(path)) return await (await import("./load_wasm.ts")).loadWasm(path, values);
  return values.suspend === "worker" ? moduleApp(path) : await loadApp(path, process.cwd());
}

function moduleApp(path: string): LoadedApp {
  return {
    app: { kind: "module", path, directory: process.cwd() },
    description: "loaded by each thread, with state of its own; an answer that streams has its thread to its end",
  };
}

const RUNTIME_NAMES = { deno: "Deno", bun: "Bun", node: "Node" } as const;
