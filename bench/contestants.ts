/** Who takes part: one function a kind, so that a workload names its app and gets a command line. */
import { CERTIFICATE } from "./certificate.ts";
import { nginxCommand, type NginxSetup } from "./nginx.ts";
import { SITE } from "./site.ts";
import type { BenchRuntime, Contestant } from "./workload.ts";

/** The runtimes that heddle is measured on, in the order of the table. */
export const RUNTIMES = ["node", "bun", "deno"] as const;

type ServerRuntime = (typeof RUNTIMES)[number];

/** Names that targets use. */
export const HEDDLE = "heddle";
export const NATIVE = "heddle, native globals";
export const RAW = "raw socket";
export const OWN = "own server";
export const NODE_SERVER = "@hono/node-server";
export const SRVX = "srvx";
export const NGINX = "nginx";
export const HELLO = "heddle, hello";
export const SERVE_STATIC = "@hono/node-server, serveStatic";

/** What stands between the runtime and a TypeScript file: types were checked by the gate. */
const RUN: Readonly<Record<ServerRuntime, readonly string[]>> = { deno: ["run", "-A", "--no-check"], bun: [], node: [] };

/** heddle as `heddle serve` runs it, each check, limit and timeout on. */
export function heddle(runtime: ServerRuntime, app: string, ...flags: string[]): Contestant {
  return { name: HEDDLE, role: "heddle", runtime, command: serveCommand(runtime, app, flags) };
}

/** The same app without threads of its own. */
export function heddleOnOneThread(runtime: ServerRuntime, app: string): Contestant {
  return { name: "heddle, one thread", role: "variant", runtime, command: serveCommand(runtime, app, []) };
}

/** The same with the runtime's own Request and Response. */
export function heddleNative(runtime: ServerRuntime, app: string): Contestant {
  return { name: NATIVE, role: "variant", runtime, command: serveCommand(runtime, app, ["--globals", "native"]) };
}

const LOOPS: Readonly<Record<ServerRuntime, string>> = { node: "node-http", bun: "bun-serve", deno: "deno-serve" };

/** The same on the runtime's own HTTP server. */
export function heddleByLoop(runtime: ServerRuntime, app: string): Contestant {
  const loop = LOOPS[runtime];
  return { name: `heddle --loop ${loop}`, role: "variant", runtime, command: serveCommand(runtime, app, ["--loop", loop]) };
}

const LISTEN = ["--port", "0", "--log-format", "none"] as const;

function serveCommand(runtime: ServerRuntime, app: string, flags: readonly string[], listen = ["--port", "0"]): string[] {
  return [...RUN[runtime], "src/cli/main.ts", "serve", `bench/apps/${app}.ts`, ...listen, "--log-format", "none", ...flags];
}

/** heddle over TLS alone. */
export function heddleTls(runtime: ServerRuntime, app: string): Contestant {
  const listen = ["--https", "127.0.0.1:0", "--cert", CERTIFICATE.cert, "--key", CERTIFICATE.key];
  return { name: HEDDLE, role: "heddle", runtime, command: serveCommand(runtime, app, [], listen), needs: "certificate" };
}

/** The own server over TLS. */
export function ownTls(runtime: ServerRuntime, app: string): Contestant {
  const command = [...RUN[runtime], `bench/servers/own_${runtime}.ts`, app, "--tls"];
  return { name: OWN, role: "own", runtime, command, needs: "certificate" };
}

/** The limit: a canned reply on the bare socket, by `servers/${server}_${runtime}.ts`. */
export function raw(runtime: ServerRuntime, server = "raw", ...args: string[]): Contestant {
  return { name: RAW, role: "raw", runtime, command: [...RUN[runtime], `bench/servers/${server}_${runtime}.ts`, ...args] };
}

/** A part of what heddle does, by `servers/${server}.ts`. */
export function part(runtime: ServerRuntime, name: string, server: string, ...args: string[]): Contestant {
  return { name, role: "variant", runtime, command: [...RUN[runtime], `bench/servers/${server}.ts`, ...args] };
}

/** What a server of fetch apps cannot leave out, and no more: what it costs beyond a target, heddle cannot reach. */
export function floorOf(runtime: ServerRuntime, app: string, ...args: string[]): Contestant {
  return part(runtime, "HTTP, context, fetch alone", "fetch_alone", app, ...args);
}

/** The same with what a bounded server adds: a core, its row, its times and counters, and a deadline for the client. */
export function boundedFloorOf(runtime: ServerRuntime, app: string, ...args: string[]): Contestant {
  return part(runtime, "the same, bounded", "fetch_alone", app, "--bounded", ...args);
}

/** The runtime's own server with the app of `apps/`; on Node, which knows no fetch handlers, with the handler of that name. */
export function own(runtime: ServerRuntime, app: string): Contestant {
  return { name: OWN, role: "own", runtime, command: [...RUN[runtime], `bench/servers/own_${runtime}.ts`, app] };
}

/** Raw socket, own server and heddle, on each runtime. */
export function usual(app: string, rawServer = "raw"): Contestant[] {
  return RUNTIMES.flatMap((runtime) => [raw(runtime, rawServer), own(runtime, app), heddle(runtime, app)]);
}

/** The same with what a server of fetch apps cannot leave out. */
export function usualAndFloor(app: string): Contestant[] {
  return RUNTIMES.flatMap((runtime) => [raw(runtime), own(runtime, app), floorOf(runtime, app), heddle(runtime, app)]);
}

/** What people run fetch apps with on Node. */
export function nodeServer(app: string): Contestant {
  return { name: NODE_SERVER, role: "other", runtime: "node", command: ["bench/servers/hono_node.ts", app], needs: "packages" };
}

/** Another of these. */
export function srvx(app: string): Contestant {
  return { name: SRVX, role: "other", runtime: "node", command: ["bench/servers/srvx_node.ts", app], needs: "packages" };
}

/** Debian's uWSGI with a suspend engine; its cores are as many as wrk has connections, and some. */
export function uwsgi(engine: "greenlet" | "ugreen", app: string): Contestant {
  const plugins = `python3,${engine === "greenlet" ? "greenlet_python3" : "ugreen"}`;
  const listen = ["--http-socket", "127.0.0.1:0", "--listen", "1024"];
  return {
    name: uwsgiName(engine),
    role: "other",
    runtime: "uwsgi",
    command: ["--plugin", plugins, ...listen, "--async", "100", `--${engine}`, "--disable-logging", "--wsgi-file", `bench/apps/${app}.py`],
  };
}

/** What `uwsgi` names its contestant. */
export function uwsgiName(engine: "greenlet" | "ugreen"): string {
  return `uWSGI, ${engine}`;
}

/** heddle with a folder of files and no app. */
export function heddleStatic(runtime: ServerRuntime, ...flags: string[]): Contestant {
  const files = ["--static-map", `/=${SITE}`, ...flags];
  return {
    name: HEDDLE,
    role: "heddle",
    runtime,
    command: [...RUN[runtime], "src/cli/main.ts", "serve", ...LISTEN, ...files],
    needs: "site",
  };
}

/** heddle with an app that hands everything on to `heddle/static`. */
export function heddleStaticApp(runtime: ServerRuntime): Contestant {
  return {
    ...heddle(runtime, "static"),
    name: "heddle/static in an app",
    role: "variant",
    command: serveCommand(runtime, "static", []),
    needs: "site",
  };
}

/** heddle's hello, beside which a file's cost is told. */
export function heddleHello(runtime: ServerRuntime): Contestant {
  return { ...heddle(runtime, "hello"), name: HELLO, role: "other" };
}

/** What serves files on a runtime without heddle: `servers/static_${server}.ts`. */
export function otherStatic(runtime: ServerRuntime, name: string, server: string): Contestant {
  const command = [...RUN[runtime], `bench/servers/static_${server}.ts`, SITE];
  return { name, role: name === OWN ? "own" : "other", runtime, command, needs: runtime === "node" ? "site and packages" : "site" };
}

/** A file read and written piece by piece, and nothing else: what it costs beyond a target, no server that copies can reach. */
export function fileAlone(runtime: ServerRuntime, file: string): Contestant {
  const command = [...RUN[runtime], `bench/servers/file_alone_${runtime}.ts`, `${SITE}/${file}`];
  return { name: "read and write alone", role: "variant", runtime, command, needs: "site" };
}

/** Debian's nginx, one process. */
export function nginx(setup: NginxSetup): Contestant {
  return { name: NGINX, role: "other", runtime: "nginx", command: nginxCommand(setup), needs: "site" };
}

/** Where a contestant stands in reports: `node, heddle`. */
export function label({ runtime, name }: { readonly runtime: BenchRuntime; readonly name: string }): string {
  return runtime === "uwsgi" || runtime === "nginx" ? name : `${runtime}, ${name}`;
}
