import { NodeClock } from "./clock_node.ts";

/** Tokio looks at sockets and timers when it has nothing to run, or else with each 61st task it runs (its `event_interval`). */
const TASKS_UNTIL_POLL = 62;

/** Time and the event loop on Deno: as on Node, but for the turn. */
export class DenoClock extends NodeClock {
  /**
   * As many `setImmediate` as make tokio poll: 60 to 200 us together, and a socket is heard in the next turn, whatever the load (2.9.6).
   * After one alone it waits for 61 slices of 2 ms. What is done on another thread (a digest, `Deno.stat`) lets the loop rest and poll
   * only if that thread is the slower one, which it is not on a busy machine; `setTimeout` costs 1 to 2 ms.
   */
  override nextTurn(callback: () => void): void {
    let left = TASKS_UNTIL_POLL;
    const next = () => {
      if (--left === 0) callback();
      else setImmediate(next);
    };
    setImmediate(next);
  }
}
