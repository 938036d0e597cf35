import type { LoopEngineName } from "../contract/loop.ts";
import type { ListenOptions } from "../contract/socket.ts";

/** An option that a loop engine cannot keep, or not as heddle's own sockets do. */
export interface LoopGap {
  /** As `serve()` names it: `keepAliveRequests`, `timeouts.headMs`. */
  readonly name: string;
  /** As the command line names it; null where it has none. */
  readonly flag: string | null;
  /** With these. */
  readonly loops: readonly LoopEngineName[];
  /** Given with one of them it is a `ConfigError`; else a warning at the start. */
  readonly isRefused: boolean;
  /** Where one of the listeners is a Unix socket alone. */
  readonly onUnix?: true;
  /** What becomes of it; goes after the option's name and a colon. */
  readonly reason: string;
}

const ALL: readonly LoopEngineName[] = ["deno-serve", "bun-serve", "node-http"];
const FETCH: readonly LoopEngineName[] = ["deno-serve", "bun-serve"];

/** Every one of them; `docs/loops.md` is made from it, and `serve()` refuses or warns by it. */
export const LOOP_GAPS: readonly LoopGap[] = [
  {
    name: "proxyProtocol",
    flag: "--proxy-protocol",
    loops: ALL,
    isRefused: true,
    reason: "a connection's first bytes are the loop's to read; let the proxy write x-forwarded-for, and name it by --trust-proxy",
  },
  {
    name: "io",
    flag: "--io",
    loops: ALL,
    isRefused: false,
    reason: "holds for the sockets that apps open; the listeners are the loop's",
  },
  { name: "listen", flag: "--listen", loops: ["bun-serve"], isRefused: false, reason: "Bun.serve takes no backlog" },
  {
    name: "listen",
    flag: "--listen",
    loops: ["deno-serve"],
    isRefused: false,
    onUnix: true,
    reason: "Deno.serve takes no backlog for a Unix socket, which has one of 1,024",
  },
  {
    name: "connections",
    flag: "--connections",
    loops: FETCH,
    isRefused: false,
    reason: "counts requests that are there, as the runtime does not tell of its connections; past it they get a 503",
  },
  {
    name: "keepAliveRequests",
    flag: "--keep-alive-requests",
    loops: FETCH,
    isRefused: false,
    reason: "the runtime does not tell which requests came on one connection",
  },
  {
    name: "writeBufferBytes",
    flag: "--write-buffer",
    loops: FETCH,
    isRefused: false,
    reason: "counts answers that are streams alone: of others the runtime does not tell what their clients have not taken",
  },
  {
    name: "offload",
    flag: "--offload",
    loops: FETCH,
    isRefused: false,
    reason: "does not count the files that the runtime sends by itself, as it does not tell when their clients have them",
  },
  {
    name: "limits.headBytes",
    flag: "--limit-head",
    loops: FETCH,
    isRefused: false,
    reason: "a head longer than the runtime's own bound is refused by that, in its own words",
  },
  {
    name: "limits.fields",
    flag: null,
    loops: ["deno-serve"],
    isRefused: false,
    reason: "a head of more than 128 fields is refused with 400 by Deno.serve (2.9.6)",
  },
  {
    name: "limits.fields",
    flag: null,
    loops: ["bun-serve"],
    isRefused: false,
    reason: "a head of more than 198 fields is refused with 431 by Bun.serve (1.4.5)",
  },
  {
    name: "limits.discardBytes",
    flag: null,
    loops: ALL,
    isRefused: false,
    reason: "how much of an unread body is read is the runtime's own affair",
  },
  { name: "timeouts.handshakeMs", flag: "--handshake-timeout", loops: FETCH, isRefused: false, reason: "the runtime has no such limit" },
  { name: "timeouts.firstByteMs", flag: "--first-byte-timeout", loops: FETCH, isRefused: false, reason: "the runtime has no such limit" },
  {
    name: "timeouts.firstByteMs",
    flag: "--first-byte-timeout",
    loops: ["node-http"],
    isRefused: false,
    reason: "--head-timeout counts from a connection's beginning",
  },
  {
    name: "timeouts.headMs",
    flag: "--head-timeout",
    loops: FETCH,
    isRefused: false,
    reason: "the runtime has a limit of its own, or none",
  },
  { name: "timeouts.keepAliveMs", flag: "--keep-alive", loops: ["deno-serve"], isRefused: false, reason: "Deno.serve has no such limit" },
  {
    name: "timeouts.keepAliveMs",
    flag: "--keep-alive",
    loops: ["bun-serve"],
    isRefused: false,
    reason: "in whole seconds, up to 255",
  },
  {
    name: "timeouts.writeStallMs",
    flag: "--write-timeout",
    loops: FETCH,
    isRefused: false,
    reason: "holds for answers that are streams alone: of others the runtime does not tell what their clients have not taken",
  },
  {
    name: "timeouts.idleGraceMs",
    flag: null,
    loops: FETCH,
    isRefused: false,
    reason: "idle connections are closed when a stop begins",
  },
  {
    name: "timeouts.idleGraceMs",
    flag: null,
    loops: ["node-http"],
    isRefused: false,
    reason: "holds for connections that have sent nothing; others that are idle are closed when a stop begins",
  },
  { name: "timeouts.lingerIdleMs", flag: null, loops: ALL, isRefused: false, reason: "how a connection ends is the runtime's own affair" },
  { name: "timeouts.lingerMs", flag: null, loops: ALL, isRefused: false, reason: "how a connection ends is the runtime's own affair" },
];

/** What a loop engine does otherwise than heddle's own sockets, whatever the options say. */
export interface LoopDifference {
  readonly loops: readonly LoopEngineName[];
  readonly reason: string;
}

/** What is known of that; for `docs/loops.md`. */
export const LOOP_DIFFERENCES: readonly LoopDifference[] = [
  {
    loops: ALL,
    reason:
      "Past the wait queue a request waits with its head in memory, one of a connection; on heddle's own sockets it waits unread in the kernel.",
  },
  {
    loops: ALL,
    reason: "Which requests break HTTP is the runtime's word, and so is what they are answered; heddle's log tells of none of them.",
  },
  {
    loops: ["deno-serve"],
    reason:
      "Several certificates are refused (`UnsupportedError`): Deno.serve (2.9.6) shows every client the first one, however they are given.",
  },
  {
    loops: FETCH,
    reason: "A certificate cannot be changed while the server runs: SIGHUP says so.",
  },
  {
    loops: ["deno-serve"],
    reason:
      "It tells of a client that has gone by `request.signal`, at whose first use Deno prints a warning, once; `--unstable-no-legacy-abort` takes it away.",
  },
  {
    loops: ["deno-serve"],
    reason:
      "A connection whose answer begins before the request's body has come is its last. A stop past its mercy cannot end connections: the process does.",
  },
  {
    loops: ["deno-serve", "node-http"],
    reason:
      "HTTP/2 comes with `--https`, by ALPN, and with `--http` for clients that know of it before (h2c); HTTP/1.1 is beside it on the same port.",
  },
  {
    loops: ["deno-serve", "node-http"],
    reason: "Past the wait queue a request of HTTP/2 gets a 503: its connection may carry a hundred of them, and must not wait.",
  },
  {
    loops: ["node-http"],
    reason: "A client of HTTP/2 may have 100 streams at once, and is ended when it resets 200 in a burst, or 33 a second.",
  },
  {
    loops: ["deno-serve"],
    reason:
      "How many streams a client of HTTP/2 may have, and reset, is Deno's own affair. Deno does not tell of HTTP/2: the log says HTTP/1.1, and a " +
      "request without `host` is taken for one of it.",
  },
  {
    loops: ["bun-serve"],
    reason:
      "Static files of 1 MiB and more are sent by the runtime (`Bun.file`), on Linux and without TLS; to heddle they are sent when it has them. They end " +
      "their connection, as Bun tells nobody of a file that has become shorter.",
  },
  {
    loops: ["deno-serve"],
    reason:
      "Static files that are not in memory are sent by the runtime (`Deno.FsFile`), where Deno has all permissions, on Linux; to heddle they are sent when " +
      "it has them. Parts of files are written by heddle.",
  },
  {
    loops: ALL,
    reason:
      "The log's bytes of a head are those that heddle gives: what the runtime adds (`date`, `connection`, the framing) is not counted.",
  },
];

/** The gaps of one loop engine. @param listeners Where it is to listen. */
export function gapsOf(loop: string, listeners: readonly Pick<ListenOptions, "transport">[]): readonly LoopGap[] {
  const hasUnix = listeners.some(({ transport }) => transport === "unix");
  return LOOP_GAPS.filter(({ loops, onUnix }) => loops.some((name) => name === loop) && (hasUnix || onUnix !== true));
}

/** What is said of an option that was given. @param option As it was given. */
export function gapLine({ reason }: LoopGap, option: string, loop: string): string {
  return `${option} with the loop ${loop}: ${reason}`;
}
