import type { CoreTask } from "../contract/engine.ts";
import type { YieldEnv } from "../contract/app.ts";
import type { ReadTarget, Woken, WriteTarget } from "../contract/waiting.ts";
import { registerRead, registerWrite } from "./register.ts";

const READABLE = "x-wsgiorg.fdevent.readable";
const WRITABLE = "x-wsgiorg.fdevent.writable";
const TIMEOUT = "x-wsgiorg.fdevent.timeout";
const READY = "uwsgi.ready_fd";

/**
 * Puts uWSGI's waits into a yield app's environ: `yield env["x-wsgiorg.fdevent.readable"](target, seconds)`. Both calls give an empty chunk.
 *
 * @param env The task's own.
 */
export function addWaitCalls(task: CoreTask, env: YieldEnv): void {
  env["uwsgi.core"] = task.core;
  env[READABLE] = (target: ReadTarget, seconds: number = 0) => {
    registerRead(task, READABLE, target, seconds * 1000);
    return "";
  };
  env[WRITABLE] = (target: WriteTarget, seconds: number = 0) => {
    registerWrite(task, WRITABLE, target, seconds * 1000);
    return "";
  };
  env[TIMEOUT] = null;
  env[READY] = null;
}

/** Tells in the environ what a yield's wait came to. */
export function noteWoken(env: YieldEnv, { outcome, target }: Woken): void {
  env[TIMEOUT] = outcome === "timedOut" ? true : null;
  env[READY] = outcome === "timedOut" ? null : target;
}
