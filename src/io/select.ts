import type { Env } from "../contract/app.ts";
import type { CopyBytes, DecodeLatin1 } from "../contract/bytes.ts";
import type { Clock } from "../contract/clock.ts";
import type { ReadOnlyFolder } from "../contract/files.ts";
import type { IoEngine } from "../contract/socket.ts";
import type { ThreadGlobals, Threads } from "../contract/app_threads.ts";
import type { StartThread } from "../contract/threads.ts";
import { ConfigError, UnsupportedError } from "../errors.ts";
import { NodeClock } from "./clock_node.ts";
import { readGrantedVariable } from "./deno_env.ts";
import { descriptorLimit } from "./node_descriptors.ts";
import { createEnv } from "./env.ts";
import { createCollectYoung } from "./node_collect.ts";
import { collectingCopy, copyUncleared } from "./node_copy.ts";
import { createCollectByFilling } from "./node_fill_young.ts";
import { createNodeLatin1 } from "./node_latin1.ts";
import { ignoreRejections } from "./node_rejections.ts";
import { detectRuntime, DISPLAY_NAMES, type RuntimeName } from "./runtime.ts";
import type { RuntimeGlobals } from "./runtime_types.ts";

/** What heddle takes from the runtime it runs on. */
export interface Platform {
  /** The runtime and its own version, such as `2.9.6`. */
  readonly runtime: { readonly name: RuntimeName; readonly version: string };
  readonly engine: IoEngine;
  readonly clock: Clock;
  /** The runtime's fastest way from bytes to a latin1 string; one that any runtime has if it is left out. */
  readonly latin1?: DecodeLatin1;
  /** Its fastest way to a copy of bytes, if `slice` is not. */
  readonly copy?: CopyBytes;
  /** The environment variables, read on touch. */
  readonly env: Env;
  /** Has rejections that nobody handles, and that are ignored, not end the process; left out, nothing is done about them. */
  readonly ignoreRejections?: (isIgnored: (reason: unknown) => boolean) => void;
  /** Files and sockets that the process may have open; null, or left out, where it is not known. */
  readonly descriptorLimit?: number | null;
  /** Lists the addresses of this machine that others may reach it by, IPv4 first; left out, or none of them, where they are not known. */
  readonly ownAddresses?: () => Promise<readonly string[]>;
  /** Starts a thread of heddle's; left out where there are none. */
  readonly startThread?: StartThread;
  /**
   * Opens a folder, or a single file in its place, for static files; there are none if it is left out.
   *
   * @param safe Folders outside of it that links in it may lead to. @default none
   * @throws What the system says: it is not there, or neither of them (as a rejection).
   */
  readonly openFolder?: (path: string, safe?: readonly string[]) => Promise<ReadOnlyFolder>;
  /** Threads, for the worker engine; there are none if it is left out. @param globals @default "light" */
  readonly threads?: (globals?: ThreadGlobals) => Promise<Threads>;
}

/**
 * Finds out the runtime and loads its I/O engine, and that one only.
 *
 * @param name An I/O engine: `deno`, `bun` or `node`. @default the runtime's own
 * @throws {ConfigError} There is no engine of that name.
 * @throws {UnsupportedError} The runtime cannot run that engine.
 */
export async function selectPlatform(name?: string): Promise<Platform> {
  const globals = globalThis as RuntimeGlobals;
  const runtime = detectRuntime();
  const chosen = name ?? runtime.name;
  if (!isEngineName(chosen)) {
    throw new ConfigError("--io", `choose the I/O engine ${JSON.stringify(chosen)}: the engines are "deno", "bun" and "node"`);
  }
  requireEngine(chosen, runtime);
  const [engine, clock] = await Promise.all([loadEngine(chosen), loadClock(runtime.name)]);
  const shared = {
    runtime,
    engine,
    clock,
    latin1: createNodeLatin1(),
    env: runtimeEnv(globals),
    ignoreRejections,
    descriptorLimit: descriptorLimit(globals),
    // Imported where they are told: it costs a start on Deno.
    ownAddresses: async () => (await import("./node_interfaces.ts")).ownAddresses(globals),
    startThread,
    openFolder,
    threads: loadThreads,
  };
  return { ...shared, ...copyOf(runtime.name) };
}

const MIB = 1024 * 1024;

/** As often as a collection is worth its cost (decision 0011); JavaScriptCore sees what a dead copy holds by itself. */
function copyOf(runtime: RuntimeName): Pick<Platform, "copy"> {
  switch (runtime) {
    case "node":
      return { copy: collectingCopy(copyUncleared, 8 * MIB, createCollectYoung) };
    case "deno":
      return { copy: collectingCopy((bytes) => bytes.slice(), 24 * MIB, createCollectByFilling) };
    case "bun":
      return {};
  }
}

const startThread: StartThread = async (module, data, failed) => {
  // Imported only where it is wanted; its own URL leads to the threads' modules.
  return (await import("./node_threads.ts")).startNodeThread(module, data, failed);
};

/** Imported when it is wanted: `node:fs/promises` costs a start. */
async function openFolder(path: string, safe: readonly string[] = []): Promise<ReadOnlyFolder> {
  return await (await import("./node_files.ts")).openNodeSite(path, safe);
}

/** Imported when they are wanted: `node:worker_threads` costs a start on Deno some milliseconds. */
async function loadThreads(globals: ThreadGlobals = "light"): Promise<Threads> {
  return (await import("./node_app_threads.ts")).createNodeThreads(globals);
}

function isEngineName(name: string): name is RuntimeName {
  return name === "deno" || name === "bun" || name === "node";
}

/** node:net is on all three, and passes the conformance suite there. */
function requireEngine(engine: RuntimeName, runtime: Platform["runtime"]): void {
  if (engine === "node" || engine === runtime.name) return;
  const display = `${DISPLAY_NAMES[runtime.name]} ${runtime.version}`;
  const ways = runtime.name === "node" ? `"node"` : `"${runtime.name}" or "node"`;
  const message = `use the I/O engine "${engine}": ${display} has no ${DISPLAY_NAMES[engine]}.listen; choose ${ways}, or leave --io out`;
  throw new UnsupportedError(display, message);
}

async function loadEngine(name: RuntimeName): Promise<IoEngine> {
  switch (name) {
    case "deno":
      return (await import("./deno.ts")).createDenoEngine();
    case "bun":
      return (await import("./bun.ts")).createBunEngine();
    case "node":
      return (await import("./node.ts")).createNodeEngine();
  }
}

async function loadClock(name: RuntimeName): Promise<Clock> {
  if (name === "deno") return new (await import("./clock_deno.ts")).DenoClock();
  return new NodeClock();
}

function runtimeEnv({ Deno, process }: RuntimeGlobals): Env {
  if (Deno !== undefined) {
    // To ask for a permission that was not given would stop the process with a question.
    const mayList = () => Deno.permissions.querySync({ name: "env" }).state === "granted";
    return createEnv({ get: readGrantedVariable, names: () => mayList() ? Object.keys(Deno.env.toObject()) : [] });
  }
  const variables = process?.env ?? {};
  return createEnv({ get: (name) => Object.hasOwn(variables, name) ? variables[name] : undefined, names: () => Object.keys(variables) });
}
