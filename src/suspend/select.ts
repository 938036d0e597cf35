import type { App } from "../contract/app.ts";
import type { Clock } from "../contract/clock.ts";
import type { Scheduler, SuspendEngine, SuspendEngineName } from "../contract/engine.ts";
import { ConfigError } from "../errors.ts";
import { createAsyncEngine } from "./async.ts";
import { createGeneratorEngine } from "./generator.ts";
import { MOST_INSTANCES } from "./wasm/most_instances.ts";

/** Makes an engine. */
type CreateEngine = (scheduler: Scheduler, clock: Clock) => SuspendEngine;

/** The engines by name; what only programs need is no cost to the start of other apps. */
const ENGINES: Readonly<Record<SuspendEngineName, () => CreateEngine | Promise<CreateEngine>>> = {
  async: () => createAsyncEngine,
  generator: () => createGeneratorEngine,
  wasm: async () => (await import("./wasm.ts")).createWasmEngine,
};

/** What runs each kind of app if nobody says. */
const FITTING: Readonly<Record<App["kind"], SuspendEngineName>> = { fetch: "async", yield: "generator", wasm: "wasm" };

/**
 * Chooses the engine that runs an app.
 *
 * @param name Null to choose by the app: `generator` for yield apps, `wasm` for WebAssembly programs, `async` for the others.
 * @throws {UnsupportedError} The app is a program, and this runtime has no JSPI.
 * @throws {ConfigError} No engine has this name, or it cannot run this app; the message names the one that can.
 */
export async function selectEngine(app: App, name: string | null, scheduler: Scheduler, clock: Clock): Promise<SuspendEngine> {
  const fitting = FITTING[app.kind];
  if (name === null) return (await ENGINES[fitting]())(scheduler, clock);
  if (!Object.hasOwn(ENGINES, name)) {
    throw new ConfigError("suspend", `unavailable suspend engine "${name}": there are ${Object.keys(ENGINES).join(", ")}`);
  }
  const engine = (await ENGINES[name as SuspendEngineName]())(scheduler, clock);
  if (!engine.accepts(app)) {
    throw new ConfigError("suspend", `the ${name} engine cannot run a ${app.kind} app: leave --suspend out, or use ${fitting}`);
  }
  return engine;
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
