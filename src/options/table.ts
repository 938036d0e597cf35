import { HOST, LISTENER, PORT } from "./parse.ts";
import type { OptionTable, OptionValues } from "./option.ts";
import { choice, count, duration, MODE, SIZE_LIMIT } from "./units.ts";

/** The options of `heddle serve`: the one place that the help, `docs/options.md` and the `HEDDLE_*` environment are made from. */
export const SERVE_OPTIONS = {
  http: {
    flag: "--http",
    group: "Listeners",
    unit: LISTENER,
    default: "127.0.0.1:8080",
    repeatable: true,
    help: "Serve HTTP/1.1 there",
  },
  port: {
    flag: "--port",
    group: "Listeners",
    unit: PORT,
    default: null,
    otherwise: "8080",
    repeatable: false,
    help: "Short for --http HOST:PORT, with the host of --host",
  },
  host: {
    flag: "--host",
    group: "Listeners",
    unit: HOST,
    default: null,
    otherwise: "127.0.0.1",
    repeatable: false,
    help: "Short for --http HOST:PORT, with the port of --port",
  },
  chmodSocket: {
    flag: "--chmod-socket",
    group: "Listeners",
    unit: MODE,
    default: null,
    otherwise: "what the umask leaves",
    repeatable: false,
    help: "Permission bits of the Unix sockets",
  },
  listen: {
    flag: "--listen",
    group: "Listeners",
    unit: count(1, 1_000_000),
    default: "1024",
    repeatable: false,
    help: "Connections that the kernel holds until they are accepted",
  },
  async: {
    flag: "--async",
    group: "Cores",
    unit: count(1, 1_000_000),
    default: "1000",
    repeatable: false,
    help: "Cores: how many requests run at once; a further one waits",
  },
  queue: {
    flag: "--queue",
    group: "Cores",
    unit: count(0, 1_000_000),
    default: "1024",
    repeatable: false,
    help: "Requests that may wait for a core; past it no connection is read until there is a place",
  },
  sliceMs: {
    flag: "--slice",
    group: "Cores",
    unit: duration("ms", 10_000),
    default: "2ms",
    repeatable: false,
    help: "Longest time that ready cores run one after another before the sockets get a turn",
  },
  limitPostBytes: {
    flag: "--limit-post",
    group: "Limits",
    unit: SIZE_LIMIT,
    default: "1mb",
    repeatable: false,
    help: "Longest request body; a longer one is answered with 413",
  },
  reloadMercyMs: {
    flag: "--reload-mercy",
    group: "Limits",
    unit: duration("s", 2_147_483_647),
    default: "30s",
    repeatable: false,
    help: "How long a stop on SIGTERM or SIGINT waits for the requests in flight",
  },
  io: {
    flag: "--io",
    group: "Engines",
    unit: choice("deno", "bun", "node"),
    default: null,
    otherwise: "chosen from the runtime",
    repeatable: false,
    help: "Sockets: Deno.listen, Bun.listen or node:net",
  },
  suspend: {
    flag: "--suspend",
    group: "Engines",
    unit: choice("async", "generator"),
    default: null,
    otherwise: "chosen from the app",
    repeatable: false,
    help: "How a request gives way to others: by await, or by yield",
  },
  globals: {
    flag: "--globals",
    group: "Engines",
    unit: choice("light", "native"),
    default: "light",
    repeatable: false,
    help: "Put a faster Request and Response in the place of the global ones, or leave those alone",
  },
  logFormat: {
    flag: "--log-format",
    group: "Log",
    unit: choice("uwsgi", "combined", "common", "json", "none"),
    default: "uwsgi",
    repeatable: false,
    help: "A line a request, on stdout: as uWSGI writes it, in Apache's combined or common format, as JSON, or none",
  },
} as const satisfies OptionTable;

/** An option of `heddle serve`, as `serve()` names it. */
export type ServeOptionName = keyof typeof SERVE_OPTIONS;

/** What the options of `heddle serve` came to. */
export type ServeOptionValues = OptionValues<typeof SERVE_OPTIONS>;
