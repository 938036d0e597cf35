/** The thread that watches an event loop (`Watchdog`), and ends the process where it hangs past a request's deadline: nothing less ends it. */
import type { RequestName } from "../contract/observer.ts";
import { CURRENT_REQUEST_EXPRESSION } from "../core/expose_current.ts";
import { openCoreTable } from "../core/table.ts";
import { NodeClock } from "../io/clock_node.ts";
import { killProcess, tellRunning, threadData, writeErrorSync } from "../io/node_thread.ts";
import { detectRuntime } from "../io/runtime.ts";
import { blockerLines, hangLine, type Place } from "./hang_lines.ts";
import { Watchdog } from "./watchdog.ts";

/** How long the main thread may take to stop where it is: 10 to 50 ms is usual, on a busy machine a second was seen, and in a native call it never does. */
const STOP_MS = 2000;

const clock = new NodeClock();
const stopMainThread = await loadStop();

new Watchdog(openCoreTable(threadData() as SharedArrayBuffer), clock, async (hang) => {
  // At once: what follows may fail.
  writeErrorSync(hangLine(hang));
  const place = await findPlace().catch(() => null);
  writeErrorSync(`${blockerLines(hang, place)}*** HARAKIRI *** the process ends now, by SIGKILL (status 137)\n`);
  killProcess();
});

tellRunning();

/** Deno has no inspector for it, and Bun's cannot stop a thread; Node may be built without one. Loaded at the start: a busy machine takes long for it. */
async function loadStop(): Promise<typeof import("../io/node_stack.ts").stopMainThread | null> {
  if (detectRuntime().name !== "node") return null;
  return await import("../io/node_stack.ts").then((module) => module.stopMainThread, () => null);
}

function findPlace(): Promise<Place | null> {
  return new Promise((resolve) => {
    if (stopMainThread === null) return resolve(null);
    clock.setTimer(STOP_MS, () => resolve(null), true);
    stopMainThread(CURRENT_REQUEST_EXPRESSION, ({ frames, value }) => resolve({ frames, request: (value ?? null) as RequestName | null }));
  });
}
