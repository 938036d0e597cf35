/** What a core does, and which event takes it where: the one table of transitions of a core. */

/** What a core does. A request without a core is none of these: it is queued before it has one, offloaded after. */
export type CoreState =
  /** Free. */
  | "idle"
  /** A slice of its request runs, or its first slice has begun. */
  | "running"
  /** In the run queue: its next slice is due. */
  | "ready"
  /** Its request awaits what it has registered by `waitRead` and `waitWrite`, or something of its own: a promise that heddle does not see settle. */
  | "waiting"
  /** Its request sleeps. */
  | "sleeping"
  /** Its request waits until the client takes bytes. */
  | "sending"
  /** Its request is past its deadline and was answered for; its handler has not settled. */
  | "lost";

/** What happens to a core. */
export type CoreEvent =
  /** A request gets it. */
  | "take"
  /** Its request goes to the run queue. */
  | "ready"
  /** The run queue runs its slice. */
  | "run"
  /** Its slice is over; what it waits for is its own affair. */
  | "wait"
  /** Its request asked for a sleep. */
  | "sleep"
  /** Its request waits for its client. */
  | "send"
  /** Harakiri gave its request up. */
  | "lose"
  /** Its request is over. */
  | "release";

/** All states, in the order of their bytes in the core table. */
export const CORE_STATES: readonly CoreState[] = ["idle", "running", "ready", "waiting", "sleeping", "sending", "lost"];

/**
 * Where an event takes a core; a missing cell is a bug of heddle's.
 *
 * One request may wait for several things at once (`Promise.all`): then the state names the last one asked for, but a core in
 * the run queue stays `ready` until it is run, and the end of a slice (`wait`) hides nothing that was asked for within it.
 */
export const CORE_TRANSITIONS: Readonly<Record<CoreState, Partial<Readonly<Record<CoreEvent, CoreState>>>>> = {
  idle: { take: "running" },
  running: { ready: "ready", wait: "waiting", sleep: "sleeping", send: "sending", lose: "lost", release: "idle" },
  ready: { run: "running", wait: "ready", sleep: "ready", send: "ready", lose: "lost", release: "idle" },
  waiting: { ready: "ready", wait: "waiting", sleep: "sleeping", send: "sending", lose: "lost", release: "idle" },
  sleeping: { ready: "ready", wait: "sleeping", sleep: "sleeping", send: "sending", lose: "lost", release: "idle" },
  sending: { ready: "ready", wait: "sending", sleep: "sleeping", send: "sending", lose: "lost", release: "idle" },
  lost: { release: "idle" },
};
