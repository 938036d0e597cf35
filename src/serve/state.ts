import { link, type Linked, type Transitions } from "../state_machine.ts";

/**
 * A connection's life. A missing cell is an event that cannot come in that state: a bug.
 *
 * - `idle`: between requests; it holds no core and no request.
 * - `head`: a part of a head has come.
 * - `buffering`: a head is in, and its small body is coming, before the request asks for a core.
 * - `stalled`: the wait queue is full; nothing is read.
 * - `queued`: a request waits for a core.
 * - `active`: a request runs, or its answer is being sent: the app's, or a 503 in its place.
 * - `skipping`: an answer is done, and what is left of its request's body is read and thrown away.
 * - `flushing`: an answer is done, and the socket still holds more of it than the high-water mark.
 * - `over`: the socket is gone, or was handed to `LingeringClose`.
 */
export type ConnectionState = "idle" | "head" | "buffering" | "stalled" | "queued" | "active" | "skipping" | "flushing" | "over";

const CONNECTION_EVENTS = [
  "bytes",
  "headDone",
  "stall",
  "proceed",
  "enqueue",
  "run",
  "shed",
  "answered",
  "skip",
  "skipped",
  "unsent",
  "flushed",
  "finish",
] as const;

/** What happens to a connection. */
export type ConnectionEvent = (typeof CONNECTION_EVENTS)[number];

/** The table of transitions. */
const CONNECTION_TRANSITIONS: Transitions<ConnectionState, ConnectionEvent> = {
  idle: { bytes: "head", headDone: "buffering", stall: "stalled", finish: "over" },
  head: { bytes: "head", headDone: "buffering", stall: "stalled", finish: "over" },
  buffering: { enqueue: "queued", run: "active", stall: "stalled", shed: "active", finish: "over" },
  stalled: { proceed: "idle", enqueue: "queued", run: "active", shed: "active", finish: "over" },
  queued: { run: "active", shed: "active", finish: "over" },
  active: { answered: "idle", skip: "skipping", unsent: "flushing", finish: "over" },
  skipping: { skipped: "idle", unsent: "flushing", finish: "over" },
  flushing: { flushed: "idle", finish: "over" },
  over: {},
};

/** A connection's first state. */
export const CONNECTION_IDLE: Linked<ConnectionState, ConnectionEvent> = link(CONNECTION_TRANSITIONS, CONNECTION_EVENTS, "idle");
