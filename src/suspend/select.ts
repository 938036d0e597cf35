import type { App } from "../contract/app.ts";
import type { Clock } from "../contract/clock.ts";
import type { Scheduler, SuspendEngine, SuspendEngineName } from "../contract/engine.ts";
import type { Threads } from "../contract/app_threads.ts";
import { ConfigError } from "../errors.ts";
import { runtimeDisplayName } from "../io/runtime.ts";
import type { Platform } from "../io/select.ts";
import { createAsyncEngine } from "./async.ts";
import { createGeneratorEngine } from "./generator.ts";
import { findJspi } from "./wasm/jspi.ts";
import { MOST_INSTANCES } from "./wasm/most_instances.ts";
import type { createWorkerEngine, WorkerOptions } from "./worker/engine.ts";

/** The engines by name. */
const ENGINES: readonly SuspendEngineName[] = ["async", "generator", "worker", "wasm"];

/** Which engine runs which kind of app. */
const FITTING: Readonly<Record<App["kind"], SuspendEngineName>> = { fetch: "async", yield: "generator", module: "worker", wasm: "wasm" };

/** The engine of an app where nobody names one: without JSPI a program needs a thread (Node 20). */
function fittingOf({ kind }: App): SuspendEngineName {
  return kind === "wasm" && findJspi() === null ? "worker" : FITTING[kind];
}

/** A thread takes 8 MB (Bun 1.4), 19 (Deno 2.9) or 20 to 34 (Node, the most from TypeScript sources), and more with its app's modules. */
const MOST_THREADS = 256;

/** Enough of them to have each processor at work while others block. */
const THREADS_A_PROCESSOR = 4;

/** Cores where nobody says how many, and none of them is a thread. */
const DEFAULT_CORES = 1000;

/** What the worker engine is made of. */
export interface Workers {
  readonly threads: Threads;
  readonly create: typeof createWorkerEngine;
}

/** What is said of its app to the worker engine. */
export type WorkerSettings = Omit<WorkerOptions, "threads" | "clock" | "app">;

/**
 * Loads the worker engine, if an app needs it: a module does, and a program where there is no JSPI.
 *
 * @param name As of `selectEngine`.
 * @returns Null for any other app.
 * @throws {ConfigError} The platform has no threads.
 */
export async function loadWorkers(app: App, name: string | null, { threads }: Platform): Promise<Workers | null> {
  if (app.kind !== "module" && (app.kind !== "wasm" || (name ?? fittingOf(app)) !== "worker")) return null;
  if (threads === undefined) {
    const wayOut = app.kind === "module" ? "; give it fetch, and not module" : "";
    throw new ConfigError("suspend", `run an app in threads: the platform has none${wayOut}`);
  }
  const [{ createWorkerEngine }, found] = await Promise.all([import("./worker/engine.ts"), threads()]);
  return { threads: found, create: createWorkerEngine };
}

/**
 * How many cores there are.
 *
 * @param cores `--async`; undefined for 1000, or, with threads, 4 a processor.
 * @throws {ConfigError} More than 256 of them are to be threads.
 */
export function coresOf(cores: number | undefined, workers: Workers | null): number {
  if (workers === null) return cores ?? DEFAULT_CORES;
  if (cores === undefined) return Math.min(MOST_THREADS, THREADS_A_PROCESSOR * workers.threads.processors);
  if (cores <= MOST_THREADS) return cores;
  throw new ConfigError(
    "async",
    `option async: ${cores} is too much for the worker engine, which has a thread a core: give ${MOST_THREADS} at most, or leave it out`,
  );
}

/**
 * Chooses the engine that runs an app.
 *
 * @param name Null to choose by the app: `generator` for yield apps, `worker` for modules, `wasm` for WebAssembly programs, or, without JSPI, `worker`, `async`
 * for the others.
 * @param workers As `loadWorkers` gives it.
 * @throws {UnsupportedError} It is to be `wasm`, and this runtime has no JSPI.
 * @throws {ConfigError} No engine has this name, or it cannot run this app; the message names the one that can.
 */
export async function selectEngine(
  app: App,
  name: string | null,
  scheduler: Scheduler,
  clock: Clock,
  workers: Workers | null,
  settings: WorkerSettings,
): Promise<SuspendEngine> {
  const fitting = fittingOf(app);
  if (name !== null && !ENGINES.some((engine) => engine === name)) {
    throw new ConfigError("suspend", `unavailable suspend engine "${name}": there are ${ENGINES.join(", ")}`);
  }
  if (name === "worker" && app.kind !== "module" && app.kind !== "wasm") {
    const message =
      `the worker engine cannot run a ${app.kind} app: each of its threads loads a module; give serve() module, in place of ${app.kind}`;
    throw new ConfigError("suspend", message);
  }
  const isProgram = app.kind === "wasm" && (name === "worker" || name === "wasm");
  if (name !== null && name !== fitting && !isProgram) {
    throw new ConfigError("suspend", `the ${name} engine cannot run a ${app.kind} app: leave --suspend out, or use ${fitting}`);
  }
  if (app.kind === "yield") return createGeneratorEngine(scheduler);
  if (app.kind === "fetch") return createAsyncEngine(scheduler);
  // Loaded for programs alone: it is no cost to the start of other apps.
  if (app.kind === "wasm" && (name ?? fitting) === "wasm") return (await import("./wasm.ts")).createWasmEngine(scheduler, clock);
  if (workers === null) throw new ConfigError("suspend", "run an app in threads: the worker engine was not loaded");
  return workers.create(scheduler, { ...settings, threads: workers.threads, clock, app });
}

/**
 * Tells where app, engine and cores do not fit together: what will not interleave, and what to change (uWSGI's warning of an async mode
 * without a suspend engine).
 *
 * @param cores `--async`.
 * @returns A line each; none if all is well.
 */
export function misfits(app: App, cores: number): readonly string[] {
  const lines: string[] = [];
  if (cores === 1) {
    lines.push(
      "one core: requests run one after another, and a sleep or a suspend of one holds up all others; raise --async to let them interleave",
    );
  }
  if (app.kind === "wasm" && findJspi() === null) {
    lines.push(
      `${runtimeDisplayName()} has no JSPI (WebAssembly.Suspending), which suspends a program where it waits: each request has a thread of its own, ` +
        `${cores} at once, and one more waits; use Node 24 or later, Deno or Bun for a thousand on one thread`,
    );
  }
  if (app.kind === "wasm" && cores > MOST_INSTANCES) {
    lines.push(`${cores} cores: at most ${MOST_INSTANCES} programs run at once, and one more gets a 503; lower --async, so that it waits`);
  }
  if (app.kind === "yield" && !isGenerator(app.application)) {
    lines.push(
      "application is no generator function: what it does before it returns its chunks is one slice, during which no other request runs; " +
        "make it a function*, or an async function*, and yield",
    );
  }
  return lines;
}

function isGenerator(application: object): boolean {
  return /^\[object (?:Async)?GeneratorFunction\]$/.test(Object.prototype.toString.call(application));
}
