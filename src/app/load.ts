import type { App, FetchHandler, YieldHandler } from "../contract/app.ts";
import { ConfigError } from "../errors.ts";

/** Whether an app's path names a WebAssembly program, which `loadProgram` compiles, and no module of JavaScript. */
export function isProgram(path: string): boolean {
  return /\.wasm$/i.test(path);
}

/** An app, and how it was found. */
export interface LoadedApp {
  readonly app: App;
  /** What was chosen, for the start lines: `fetch app (default export, a Hono)`. */
  readonly description: string;
}

const HANDLERS =
  "export default { fetch(request) {...} }, a Hono app, a function of a request, or a function* application(env, startResponse)";

/**
 * Loads an app module and finds its handler. This is the one place with an `import()` that takes no literal.
 *
 * @param path The module's path, absolute or from `directory`.
 * @param directory An absolute path.
 * @throws {ConfigError} No such file, it threw while loading, or it has no handler; the message says which and what to do.
 */
export async function loadApp(path: string, directory: string): Promise<LoadedApp> {
  const url = moduleUrl(path, directory);
  let module: Record<string, unknown>;
  try {
    module = await import(url);
  } catch (error) {
    throw new ConfigError(null, `load app "${path}": ${loadFailure(error, url)}`, error);
  }
  return findApp(module, path);
}

/** A file's URL: "#", "?" and "%" in a name are part of it. */
function moduleUrl(path: string, directory: string): string {
  const absolute = path.startsWith("/") ? path : `${directory}/${path}`;
  return new URL(`file://${absolute.replace(/[%?#\\]/g, encodeURIComponent)}`).href;
}

/** The three runtimes word a missing module differently, but all give this code. */
function loadFailure(error: unknown, url: string): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const missing = (error as { code?: unknown } | null)?.code === "ERR_MODULE_NOT_FOUND";
  const file = decodeURIComponent(url.slice("file://".length));
  const unreadable = /requires read access to "([^"]+)"/i.exec(text)?.[1];
  if (unreadable !== undefined) {
    return `reading ${unreadable === file ? "it" : unreadable} is not permitted; give deno run --allow-read=${unreadable}`;
  }
  if (missing && firstQuoted(text, file, url)) return "no such file";
  if (/Unexpected token 'export'|Cannot use import statement/.test(text)) {
    return 'it is taken for CommonJS; name it .mjs or .mts, or put "type": "module" into its package.json';
  }
  return `it failed while loading: ${text.split("\n", 1)[0]}${missing ? "" : whereOf(error)}`;
}

/** Whether the module that is missing is the app itself, and not one that it imports: then the app's name stands first. */
function firstQuoted(text: string, file: string, url: string): boolean {
  const quoted = /["']([^"']+)["']/.exec(text)?.[1];
  return quoted === file || quoted === url;
}

/** Where in the app it happened: the first frame of the stack that names a file. */
function whereOf(error: unknown): string {
  const frame = error instanceof Error ? /(?:file:\/\/)?(\/[^\s()]+:\d+:\d+)/.exec(error.stack ?? "")?.[1] : undefined;
  return frame === undefined ? "" : ` (at ${frame})`;
}

/**
 * Finds the handler among a module's exports: the default export first, then `fetch`, then `application`.
 *
 * @param module The module's namespace.
 * @param path For messages only.
 * @throws {ConfigError} There is none, or it is made for another kind of server.
 */
export function findApp(module: Record<string, unknown>, path: string): LoadedApp {
  const chosen = module.default;
  if (chosen !== undefined) {
    const foreign = foreignApp(chosen);
    if (foreign !== null) throw new ConfigError(null, `load app "${path}": ${foreign}`);
    const found = appOf(chosen);
    if (found !== null) return found;
  }
  if (typeof module.fetch === "function") {
    return { app: { kind: "fetch", fetch: module.fetch as FetchHandler }, description: "fetch app (export fetch)" };
  }
  if (typeof module.application === "function") {
    return { app: { kind: "yield", application: module.application as YieldHandler }, description: "yield app (export application)" };
  }
  const names = Object.keys(module);
  const what = names.length === 0 ? "it exports nothing" : `it exports ${names.join(", ")}, and none is a handler`;
  throw new ConfigError(null, `load app "${path}": ${what}; heddle runs ${HANDLERS}`);
}

function appOf(value: unknown): LoadedApp | null {
  if (typeof value === "function") {
    if (isGeneratorFunction(value)) {
      return {
        app: { kind: "yield", application: value as YieldHandler },
        description: `yield app (default export, ${value.constructor.name})`,
      };
    }
    if (typeof (value as { fetch?: unknown }).fetch !== "function") {
      return { app: { kind: "fetch", fetch: value as FetchHandler }, description: "fetch app (default export, a function of a request)" };
    }
  }
  const holder = value as { fetch?: unknown; constructor?: { name?: string } } | null;
  if (typeof holder?.fetch !== "function") return null;
  const name = holder.constructor?.name;
  const kind = name === undefined || name === "Object" || name === "Function" ? "its fetch" : `a ${name}`;
  return { app: { kind: "fetch", fetch: holder.fetch.bind(holder) as FetchHandler }, description: `fetch app (default export, ${kind})` };
}

function isGeneratorFunction(value: object): boolean {
  return Object.prototype.toString.call(value) === "[object GeneratorFunction]" ||
    Object.prototype.toString.call(value) === "[object AsyncGeneratorFunction]";
}

/** Names a handler of node:http's kind, which would otherwise fail at its first request; null if it is none. */
function foreignApp(value: unknown): string | null {
  const app = value as { handle?: unknown; listen?: unknown; callback?: unknown; middleware?: unknown; length?: unknown };
  if (typeof value === "function" && typeof app.handle === "function" && typeof app.listen === "function") {
    return 'this is an Express app, which answers (req, res) of node:http; wrap it in a fetch handler, or use a fetch framework such as "hono"';
  }
  if (typeof value === "object" && value !== null && typeof app.callback === "function" && Array.isArray(app.middleware)) {
    return 'this is a Koa app, which answers (req, res) of node:http; use a fetch framework such as "hono"';
  }
  if (typeof value === "function" && value.length >= 2 && secondParameter(value) === "res") {
    return "its default export takes (req, res) as node:http gives them; heddle calls it with (request, env, context) and sends the Response it returns";
  }
  return null;
}

/** A handler of (req, res) shows by its second parameter's name only; minified code is not recognised. */
function secondParameter(handler: object): string | null {
  const parameters = /^(?:async\s+)?(?:function\s*[\w$]*\s*)?\(([^)]*)\)/.exec(Function.prototype.toString.call(handler))?.[1];
  const second = parameters?.split(",")[1]?.trim() ?? null;
  return second === "response" ? "res" : second;
}
