import { link, type Linked, type Transitions } from "../../state_machine.ts";

/**
 * A request's life in the worker engine. A missing cell is a message that comes too late, and is dropped.
 *
 * - `waiting`: for a thread, or for one that loads its app.
 * - `running`: a thread has it, and has not answered.
 * - `streaming`: its answer has begun, and chunks come.
 * - `cancelling`: nobody wants the rest; the thread has not said that its loop turns.
 * - `over`: the thread, if there is one still, is another request's.
 */
export type JobState = "waiting" | "running" | "streaming" | "cancelling" | "over";

const JOB_EVENTS = ["begin", "unbegin", "answer", "stream", "end", "cancel", "cancelled", "lose"] as const;

/** What happens to a request. */
export type JobEvent = (typeof JOB_EVENTS)[number];

/** The table of transitions. */
const JOB_TRANSITIONS: Transitions<JobState, JobEvent> = {
  waiting: { begin: "running", lose: "over" },
  running: { unbegin: "waiting", answer: "over", stream: "streaming", end: "over", lose: "over" },
  streaming: { end: "over", cancel: "cancelling", lose: "over" },
  cancelling: { end: "over", cancelled: "over", lose: "over" },
  over: {},
};

/** A request's first state. */
export const JOB_WAITING: Linked<JobState, JobEvent> = link(JOB_TRANSITIONS, JOB_EVENTS, "waiting");
