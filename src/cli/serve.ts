import { process } from "../io/node_process.ts";
import type { ListenOptions } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import { deferNatives } from "../http/natives.ts";
import { createAccessLog } from "../observe/access_log.ts";
import { listenersOf, mergeServeOptions } from "../options/listeners.ts";
import { fromEnvironment, readOptions } from "../options/read.ts";
import { SERVE_OPTIONS, type ServeOptionValues } from "../options/table.ts";
import { VERSION } from "../version.ts";
import { parseArguments } from "./arguments.ts";
import { environmentVariable } from "./environment.ts";
import { EXIT_CODES } from "./exit_codes.ts";
import { serveHelp } from "./help.ts";
import { runUntilStopped } from "./stop.ts";
import type { Streams } from "./streams.ts";

/**
 * `heddle serve`: runs an app until a signal stops it.
 *
 * @returns The exit code.
 * @throws {ConfigError} An option or the app is wrong.
 * @throws {UnsupportedError} This runtime cannot do it.
 * @throws {BrokenError} It cannot listen.
 */
export async function serveCommand(args: readonly string[], streams: Streams): Promise<number> {
  const { operands, options, help } = parseArguments(args, SERVE_OPTIONS);
  if (help) {
    streams.out.write(serveHelp());
    return EXIT_CODES.ok;
  }
  const values = readOptions(SERVE_OPTIONS, mergeServeOptions(options, fromEnvironment(SERVE_OPTIONS, environmentVariable)));
  return await serveApp(appOf(operands), values, streams);
}

function appOf(operands: readonly string[]): string {
  if (operands.length === 0) throw new ConfigError("APP", "serve: no app; give its file, such as heddle serve app.ts");
  if (operands.length > 1) {
    throw new ConfigError(
      "APP",
      `serve: one app at a time, and not ${operands.map((text) => JSON.stringify(text)).join(" and ")}`,
    );
  }
  return operands[0];
}

async function serveApp(path: string, values: ServeOptionValues, streams: Streams): Promise<number> {
  if (values.globals === "light") deferNatives();
  // Imported here: help and wrong options need none of it.
  const [{ selectPlatform }, { serve }, { loadApp }, { prepareRuntime }] = await Promise.all([
    import("../io/select.ts"),
    import("../serve/server.ts"),
    import("../app/load.ts"),
    import("./prepare_runtime.ts"),
  ]);
  const platform = await selectPlatform(values.io ?? undefined);
  const { clock, runtime } = platform;
  prepareRuntime(runtime.name, values.globals);
  const { app, description } = await loadApp(path, process.cwd());
  const format = values.logFormat === "none" ? null : values.logFormat;
  const observer = createAccessLog({ format, requests: streams.out, problems: streams.err, clock, pid: process.pid });
  const http = listenersOf(values);
  const server = serve({
    app,
    http,
    async: values.async,
    queue: values.queue,
    sliceMs: values.sliceMs,
    limitPostBytes: values.limitPostBytes,
    reloadMercyMs: values.reloadMercyMs,
    ...(values.suspend !== null && { suspend: values.suspend }),
    observer,
    platform,
  });
  await server.ready;
  const say = (line: string) => streams.err.write(`${line}\n`);
  const { io, suspend } = server.engines;
  const version = `heddle ${VERSION} on ${RUNTIME_NAMES[runtime.name]} ${runtime.version}, pid ${process.pid}`;
  say(`${version}: io ${io}, suspend ${suspend}, ${values.async} cores, globals ${values.globals}`);
  say(`app: ${path}, ${description}`);
  server.urls.forEach((url, index) => say(`listening on ${url}${reachOf(http[index])}`));
  if (values.chmodSocket !== null && http.every(({ transport }) => transport !== "unix")) {
    say("*** WARNING *** --chmod-socket does nothing: none of the listeners is a Unix socket");
  }
  return await runUntilStopped(server, values.reloadMercyMs, observer, streams.err);
}

const RUNTIME_NAMES = { deno: "Deno", bun: "Bun", node: "Node" } as const;

/** A URL of an address that stands for every interface shows the loopback one: this says so. */
function reachOf(listener: ListenOptions): string {
  if (listener.transport === "unix") return "";
  return listener.hostname === "0.0.0.0" || listener.hostname === "::" ? " (every interface)" : "";
}
