import { fromEnvironment, readOptions } from "../options/read.ts";
import { expandStatic, STATIC_COMMAND_OPTIONS } from "../options/static_command.ts";
import { SERVE_OPTIONS } from "../options/table.ts";
import { parseArguments } from "./arguments.ts";
import { environmentVariable } from "./environment.ts";
import { EXIT_CODES } from "./exit_codes.ts";
import { staticHelp } from "./help.ts";
import { requireNoEngine } from "./serve.ts";
import type { Streams } from "./streams.ts";

/**
 * `heddle static`: serves a folder until a signal stops it.
 *
 * @returns The exit code.
 * @throws {ConfigError} An option is wrong, or there is no such folder.
 * @throws {UnsupportedError} This runtime cannot do it.
 * @throws {BrokenError} It cannot listen.
 */
export async function staticCommand(args: readonly string[], streams: Streams): Promise<number> {
  const { operands, options, help } = parseArguments(args, STATIC_COMMAND_OPTIONS);
  if (help) {
    streams.out.write(staticHelp());
    return EXIT_CODES.ok;
  }
  const given = expandStatic(operands, options, fromEnvironment(SERVE_OPTIONS, environmentVariable));
  const values = readOptions(SERVE_OPTIONS, given);
  if (values.loopList) {
    streams.out.write((await import("./loop_list.ts")).loopList());
    return EXIT_CODES.ok;
  }
  requireNoEngine("static", values);
  if (values.globals === "light") (await import("../http/natives.ts")).deferNatives();
  // Imported here: help and wrong options need none of it.
  const { serveApp } = await import("./serve_app.ts");
  return await serveApp(null, values, given, streams);
}
