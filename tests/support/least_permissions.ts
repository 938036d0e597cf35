import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArguments } from "../../src/cli/arguments.ts";
import type { ListenOptions } from "../../src/contract/socket.ts";
import { ConfigError } from "../../src/errors.ts";
import { listenersOf, mergeServeOptions } from "../../src/options/listeners.ts";
import { fromEnvironment, readOptions } from "../../src/options/read.ts";
import { expandStatic, STATIC_COMMAND_OPTIONS } from "../../src/options/static_command.ts";
import { SERVE_OPTIONS, type ServeOptionValues } from "../../src/options/table.ts";

/**
 * The permissions of Deno's that a command line needs, and no more: by the table of `docs/deno.md`, which this is the other writing of.
 *
 * @param args As `heddle` gets them.
 * @param env Variables that it is to read: `HEDDLE_*` ones count, and it may read no others.
 * @param cwd Where the paths among them begin.
 */
export function leastPermissions(args: readonly string[], env: Readonly<Record<string, string>>, cwd: string): string[] {
  if (args[0] !== "serve" && args[0] !== "static") return [];
  const variables = Object.keys(env).some((name) => name.startsWith("HEDDLE_")) ? ["--allow-env=HEDDLE_*"] : [];
  try {
    const variablesOf = fromEnvironment(SERVE_OPTIONS, (name) => env[name]);
    const { operands, options, help } = parseArguments(args.slice(1), STATIC_COMMAND_OPTIONS);
    const isStatic = args[0] === "static";
    if (help || operands.length > 1) return variables;
    const values = readOptions(
      SERVE_OPTIONS,
      isStatic ? expandStatic(operands, options, variablesOf) : mergeServeOptions(options, variablesOf),
    );
    const { http, https } = listenersOf(values);
    const files = filesRead(isStatic ? null : operands[0] ?? null, values, cwd);
    return [...variables, ...[...http, ...https].flatMap(ofListener), ...(files.length === 0 ? [] : [`--allow-read=${files.join()}`])];
  } catch (error) {
    // Wrong usage is told before anything is done.
    if (error instanceof ConfigError) return variables;
    throw error;
  }
}

function ofListener(listener: ListenOptions): string[] {
  if (listener.transport === "unix") {
    const { path } = listener;
    return [`--allow-net=unix:${path}`, `--allow-read=${path}`, `--allow-write=${path}`];
  }
  const { hostname, port } = listener;
  return [`--allow-net=${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`];
}

/** heddle's own modules, which a thread of Deno's may not read unless its program may. */
const SOURCES = fileURLToPath(new URL("../../src", import.meta.url));

function filesRead(
  app: string | null,
  values: ServeOptionValues,
  cwd: string,
): string[] {
  const isNamed = (name: string | null = null) => name !== null && !/^\d+$/.test(name);
  const { cert, key, chownSocket, harakiriMs, harakiriRoutes, wasmDirs, suspend, mimeFile } = values;
  const folders = [...values.checkStatic, ...[...values.staticMap, ...values.staticMap2].map(({ root }) => root), ...values.staticSafe];
  const named = [...(app === null ? [] : [app]), ...cert, ...key, ...wasmDirs.map(({ path }) => path), ...folders, ...mimeFile];
  const files = named.map((file) => resolve(cwd, file));
  // A path from the current directory is made absolute by it.
  if (folders.some((folder) => !isAbsolute(folder))) files.push(cwd);
  if (harakiriMs > 0 || harakiriRoutes.some(({ ms }) => ms > 0) || suspend === "worker") files.push(SOURCES);
  if (isNamed(chownSocket?.user)) files.push("/etc/passwd");
  if (isNamed(chownSocket?.group)) files.push("/etc/group");
  return files;
}
