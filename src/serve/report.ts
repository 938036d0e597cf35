import type { Observer } from "../contract/observer.ts";

/** What a server with no observer of its own says, on the console: what failed and what works less well than it could. Requests are not listed. */
export const reportToConsole: Observer = {
  appError(error, request) {
    const what = request === null ? "an app's promise failed:" : `${request.method} ${request.target} failed:`;
    try {
      // Not in the place of a format: a target may have a "%c".
      console.error("%s", what, error);
    } catch {
      // An app may throw what cannot be printed.
      console.error("%s", what, "an error that cannot be printed");
    }
  },
  queueFull(stalled) {
    console.warn(`[DANGER] async queue is full !!! ${stalled} connections had to wait`);
  },
  harakiri({ method, target, core, ageMs, outcome }) {
    console.warn("%s", `*** HARAKIRI *** ${method} ${target} on core ${core} after ${Math.round(ageMs)} ms: its client was ${outcome}`);
  },
  warning(message) {
    console.warn(`*** WARNING *** ${message}`);
  },
};
