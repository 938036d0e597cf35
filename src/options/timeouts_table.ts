import { LONGEST_MS } from "../time_limit.ts";
import { HARAKIRI_ROUTE } from "./harakiri_route.ts";
import type { OptionTable } from "./option.ts";
import { count, duration, LONGEST_HANDSHAKE_MS } from "./units.ts";

/** How long a client, a request and a stop may take. */
export const TIMEOUT_OPTIONS = {
  handshakeMs: {
    flag: "--handshake-timeout",
    group: "Timeouts",
    unit: duration("s", LONGEST_HANDSHAKE_MS, 1),
    default: "10s",
    repeatable: false,
    help: "How long a TLS handshake may take; then the connection is closed",
  },
  firstByteMs: {
    flag: "--first-byte-timeout",
    group: "Timeouts",
    unit: duration("s", LONGEST_MS, 1),
    default: "30s",
    repeatable: false,
    help: "How long a new connection may say nothing; then it is closed",
  },
  headMs: {
    flag: "--head-timeout",
    group: "Timeouts",
    unit: duration("s", LONGEST_MS, 1),
    default: "10s",
    repeatable: false,
    help: "How long a head may take from its first byte, however it trickles in; then it is answered with 408",
  },
  bodyIdleMs: {
    flag: "--body-timeout",
    group: "Timeouts",
    unit: duration("s", LONGEST_MS, 1),
    default: "30s",
    repeatable: false,
    help: "How long nothing of a body may come while it is read; then it is answered with 408",
  },
  bodyRate: {
    flag: "--body-rate",
    group: "Timeouts",
    unit: count(0, 1_000_000_000),
    default: "240",
    repeatable: false,
    help: "Bytes a second that a body must come at while it is read, after 5 s; else it is answered with 408; 0 for any",
  },
  keepAliveMs: {
    flag: "--keep-alive",
    group: "Timeouts",
    unit: duration("s", LONGEST_MS, 1),
    default: "75s",
    repeatable: false,
    help: "How long a connection is kept between two requests",
  },
  writeStallMs: {
    flag: "--write-timeout",
    group: "Timeouts",
    unit: duration("s", LONGEST_MS, 1),
    default: "30s",
    repeatable: false,
    help: "How long a client may take nothing of what waits for it; then its connection is reset",
  },
  harakiriMs: {
    flag: "--harakiri",
    group: "Timeouts",
    unit: duration("s", LONGEST_MS),
    default: "0",
    repeatable: false,
    help:
      "How long a request may have its core; then it alone is given up, with a 504 where no head has left, else a reset; 0 for any time",
  },
  harakiriRoutes: {
    flag: "--harakiri-route",
    group: "Timeouts",
    unit: HARAKIRI_ROUTE,
    default: null,
    otherwise: "none",
    repeatable: true,
    help: "A --harakiri for the paths that fit, of several the first that does; * stands for any characters, ? for one",
  },
  harakiriLost: {
    flag: "--harakiri-lost",
    group: "Timeouts",
    unit: count(0, 1_000_000),
    default: null,
    otherwise: "any number",
    repeatable: false,
    help:
      "Cores that may be lost at once, to requests that were given up and have not settled; past it heddle stops gracefully with the status 75, to be started anew",
  },
  reloadMercyMs: {
    flag: "--reload-mercy",
    group: "Timeouts",
    unit: duration("s", LONGEST_MS),
    default: "30s",
    repeatable: false,
    help: "How long a stop on SIGTERM or SIGINT waits for the requests in flight",
  },
} as const satisfies OptionTable;
