import { currentCore } from "../core/current.ts";
import { process } from "../io/node_process.ts";
import type { Observer, RequestName } from "../contract/observer.ts";
import type { LineWriter } from "../observe/line_writer.ts";
import type { Server } from "../serve/server.ts";
import { HarakiriError } from "../errors.ts";
import { EXIT_CODES } from "./exit_codes.ts";

/** The signals that stop a server, with their numbers (signal(7)). */
const STOP_SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;

type StopSignal = keyof typeof STOP_SIGNALS;

/**
 * Waits for what ends a server. A signal stops it gracefully, a second one at once. An exception that belongs to no request is logged, and
 * stops it gracefully, since nobody knows what state it left behind; a rejection that nobody handled is logged. Both are logged with the
 * request whose code they come from, where the runtime still knows it (docs/runtimes.md). A server that is spent is stopped gracefully: there is no
 * master to ask for another one.
 *
 * @param mercyMs How long a graceful stop lets requests run on.
 * @param err Takes a line on each step.
 * @returns The exit code.
 */
export function runUntilStopped(server: Server, mercyMs: number, observer: Observer, err: LineWriter): Promise<number> {
  return new Promise((resolve, reject) => {
    let stopping = false;
    let signals = 0;
    const stop = (reason: string, code: number) => {
      if (stopping) return;
      stopping = true;
      err.write(`${reason}: stopping; ${plural(inFlight(server))} in flight, at most ${duration(mercyMs)}\n`);
      server.close({ mercyMs }).then((lost) => {
        err.write(`stopped; ${plural(lost)} lost\n`);
        resolve(code);
      }, reject);
    };
    const signalled = (signal: StopSignal) => {
      // The first one after an exception only asks for what is under way.
      if (signals++ === 0) return stop(signal, EXIT_CODES.ok);
      err.write(`${signal} again: ending at once; ${plural(inFlight(server))} lost\n`);
      resolve(128 + STOP_SIGNALS[signal]);
    };
    void server.spent.then((reason) => stop(reason, EXIT_CODES.replace));
    for (const signal of Object.keys(STOP_SIGNALS) as StopSignal[]) process.on(signal, () => signalled(signal));
    process.on("unhandledRejection", (reason) => {
      // Of a branch of a request that was given up, which nobody awaits: the log has the request.
      if (!(reason instanceof HarakiriError)) observer.appError?.(reason, currentName());
    });
    process.on("uncaughtException", (error) => {
      observer.appError?.(error, currentName());
      stop("uncaught exception", EXIT_CODES.app);
    });
  });
}

function currentName(): RequestName | null {
  return currentCore()?.requestName ?? null;
}

/** Requests that have no whole answer yet. */
function inFlight(server: Server): number {
  const { busy, queued, offloaded } = server.stats();
  return busy + queued + offloaded;
}

function plural(requests: number): string {
  return `${requests} ${requests === 1 ? "request" : "requests"}`;
}

function duration(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}
