import { type Debugger, Session } from "node:inspector";

/** Where the main thread was when it was stopped. */
export interface MainStack {
  /** As in an error's stack: `at spin (file:///app.js:3:9)`, the innermost first. */
  readonly frames: readonly string[];
  /** What the expression came to there, as JSON would have it; undefined if it threw. */
  readonly value: unknown;
}

/**
 * Stops the main thread of this process in what JavaScript it runs, for good, and tells where that is: Node's inspector does it, from a thread and while
 * the main thread spins, or waits in `Atomics.wait` (20 and 24). In a native call that does not look for it, it never stops.
 *
 * @param expression Is evaluated in the innermost frame.
 * @param found Called once, or never. The caller keeps its thread's loop alive meanwhile.
 * @throws {Error} There is no inspector for it.
 */
export function stopMainThread(expression: string, found: (stack: MainStack) => void): void {
  const session = new Session();
  session.connectToMainThread();
  const urls = new Map<string, string>();
  // Frames name their scripts by numbers alone: each script is told of when the debugger is enabled.
  session.on("Debugger.scriptParsed", ({ params: { scriptId, url } }) => urls.set(scriptId, url));
  session.on("Debugger.paused", ({ params: { callFrames } }) => {
    const frames = callFrames.map((frame) => frameText(frame, urls.get(frame.location.scriptId) ?? ""));
    const callFrameId = callFrames[0]!.callFrameId;
    session.post("Debugger.evaluateOnCallFrame", { callFrameId, expression, returnByValue: true, silent: true }, (error, answer) => {
      found({ frames, value: error === null && answer.exceptionDetails === undefined ? answer.result.value : undefined });
    });
  });
  // A pause that is asked for before the debugger is enabled is forgotten.
  session.post("Debugger.enable", () => session.post("Debugger.pause"));
}

function frameText({ functionName, location }: Debugger.CallFrame, url: string): string {
  const place = `${url || "unnamed"}:${location.lineNumber + 1}:${(location.columnNumber ?? 0) + 1}`;
  return functionName === "" ? `at ${place}` : `at ${functionName} (${place})`;
}
