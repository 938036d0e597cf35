import { ConfigError } from "../errors.ts";
import { deferNatives } from "../http/natives.ts";
import { mergeServeOptions } from "../options/listeners.ts";
import { fromEnvironment, readOptions } from "../options/read.ts";
import { namesFolders } from "../options/static_maps.ts";
import { SERVE_OPTIONS, type ServeOptionValues } from "../options/table.ts";
import { parseArguments } from "./arguments.ts";
import { environmentVariable } from "./environment.ts";
import { EXIT_CODES } from "./exit_codes.ts";
import { serveHelp } from "./help.ts";
import type { Streams } from "./streams.ts";

/**
 * `heddle serve`: runs an app until a signal stops it.
 *
 * @returns The exit code.
 * @throws {ConfigError} An option or the app is wrong.
 * @throws {UnsupportedError} This runtime cannot do it.
 * @throws {BrokenError} It cannot listen.
 */
export async function serveCommand(args: readonly string[], streams: Streams): Promise<number> {
  const { operands, options, help } = parseArguments(args, SERVE_OPTIONS);
  if (help) {
    streams.out.write(serveHelp());
    return EXIT_CODES.ok;
  }
  const given = mergeServeOptions(options, fromEnvironment(SERVE_OPTIONS, environmentVariable));
  const values = readOptions(SERVE_OPTIONS, given);
  if (values.loopList) {
    streams.out.write((await import("./loop_list.ts")).loopList());
    return EXIT_CODES.ok;
  }
  const path = appOf(operands, values);
  if (values.globals === "light") deferNatives();
  // Imported here: help and wrong options need none of it.
  const { serveApp } = await import("./serve_app.ts");
  return await serveApp(path, values, given, streams);
}

/**
 * Static files alone need no engine but the usual one.
 *
 * @param command Whose options they are.
 * @throws {ConfigError} Another one is meant.
 */
export function requireNoEngine(command: string, { suspend }: ServeOptionValues): void {
  if (suspend === null || suspend === "async") return;
  const wayOut = command === "serve" ? "give its file" : "give its file to heddle serve, with --static-map /=DIR";
  throw new ConfigError("APP", `${command}: no app for --suspend ${suspend}; ${wayOut}`);
}

/** @returns Null where static files are served alone. */
function appOf(operands: readonly string[], values: ServeOptionValues): string | null {
  if (operands.length === 0) {
    if (!namesFolders(values)) {
      throw new ConfigError("APP", "serve: no app; give its file, such as heddle serve app.ts, or files to serve: --static-map /=DIR");
    }
    requireNoEngine("serve", values);
    return null;
  }
  if (operands.length > 1) {
    throw new ConfigError(
      "APP",
      `serve: one app at a time, and not ${operands.map((text) => JSON.stringify(text)).join(" and ")}`,
    );
  }
  return operands[0];
}
