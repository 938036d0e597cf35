import { ConfigError } from "../errors.ts";
import { nearestName } from "../options/nearest.ts";
import { VERSION } from "../version.ts";
import { EXIT_CODES } from "./exit_codes.ts";
import { describeFailure } from "./failure.ts";
import { mainHelp } from "./help.ts";
import { flushStreams, openStreams, type Streams } from "./streams.ts";

const COMMANDS = ["serve", "static", "precompress", "help"];

/**
 * Runs a command until it is done.
 *
 * @param args Without the runtime and the script.
 * @returns The exit code.
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  const streams = openStreams();
  let code: number;
  try {
    code = await dispatch(args, streams);
  } catch (error) {
    const failure = describeFailure(error);
    streams.err.write(failure.text);
    code = failure.code;
  }
  await flushStreams(streams);
  return code;
}

async function dispatch([command, ...args]: readonly string[], streams: Streams): Promise<number> {
  switch (command) {
    case "serve":
      return await (await import("./serve.ts")).serveCommand(args, streams);
    case "precompress":
      return await (await import("./precompress.ts")).precompressCommand(args, streams);
    case "static":
      return await (await import("./static.ts")).staticCommand(args, streams);
    case undefined:
    case "help":
    case "--help":
    case "-h":
      streams.out.write(mainHelp());
      return EXIT_CODES.ok;
    case "--version":
    case "-V":
      streams.out.write(`heddle ${VERSION}\n`);
      return EXIT_CODES.ok;
    default:
      throw new ConfigError(command, unknownCommand(command));
  }
}

function unknownCommand(command: string): string {
  const quoted = JSON.stringify(command);
  if (command.startsWith("-")) return `unknown option ${quoted}: options of serve stand after it, heddle serve APP ${command}`;
  if (/\.(?:[cm]?[jt]sx?|wasm)$/.test(command)) return `unknown command ${quoted}: did you mean heddle serve ${command}?`;
  const nearest = nearestName(command, COMMANDS);
  return `unknown command ${quoted}${nearest === null ? "; see heddle --help" : `: did you mean heddle ${nearest}?`}`;
}
