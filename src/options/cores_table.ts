import { LONGEST_MS } from "../time_limit.ts";
import type { OptionTable } from "./option.ts";
import { count, duration, SWITCH } from "./units.ts";

/** How many requests run and wait. */
export const CORE_OPTIONS = {
  async: {
    flag: "--async",
    group: "Cores",
    unit: count(1, 1_000_000),
    default: null,
    otherwise: "1000; with --suspend worker 4 a processor, at most 256",
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
  queueTimeoutMs: {
    flag: "--queue-timeout",
    group: "Cores",
    unit: duration("s", LONGEST_MS),
    default: "0",
    repeatable: false,
    help: "How long a request may wait for a core; then it gets a 503 with Retry-After; 0 for any time",
  },
  shed: {
    flag: "--shed",
    group: "Cores",
    unit: SWITCH,
    default: null,
    otherwise: "with --queue-timeout",
    repeatable: false,
    help: "A request that finds the wait queue full gets a 503 with Retry-After, instead of waiting unread",
  },
  sliceMs: {
    flag: "--slice",
    group: "Cores",
    unit: duration("ms", 10_000),
    default: "2ms",
    repeatable: false,
    help: "Longest time that ready cores run one after another before the sockets get a turn",
  },
} as const satisfies OptionTable;
