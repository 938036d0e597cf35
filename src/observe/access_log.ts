import type { Clock } from "../contract/clock.ts";
import type { Observer } from "../contract/observer.ts";
import type { Address } from "../contract/socket.ts";
import { errorLines } from "./error_lines.ts";
import { escapeControls } from "./escape.ts";
import { logDate } from "./log_date.ts";
import type { LineWriter } from "./line_writer.ts";
import { harakiriLines } from "./harakiri_lines.ts";
import { programLine } from "./program_line.ts";
import { LOG_FORMATS, type LogFormatName } from "./log_formats.ts";

/** Lines a second on refused peers: enough to see what is wrong, too few to fill a disk for whoever floods the server. */
const REFUSALS_A_SECOND = 10;

/** Where the lines of a log go, and how they look. */
export interface AccessLogOptions {
  /** Null: requests are not logged, and cost nothing. */
  readonly format: LogFormatName | null;
  /** Takes a line a request. */
  readonly requests: LineWriter;
  /** Takes errors, refusals and warnings. */
  readonly problems: LineWriter;
  readonly clock: Clock;
  /** Of this process. */
  readonly pid: number;
  /** Writes what every core is at, with each request that is given up. */
  readonly harakiriVerbose: boolean;
}

/** Makes the observer that writes the log. Lines on problems begin with the date, as uWSGI's do with `--log-date`. */
export function createAccessLog(options: AccessLogOptions): Observer {
  const { format, problems, clock } = options;
  const write = (lines: string) => problems.write(`${logDate(clock.wallTime()).ctime} - ${lines}`);
  const observer: Observer = {
    appError: (error, request) => write(errorLines(error, request)),
    programLine: (line, request) => write(programLine(line, request)),
    refused: refusals(write, clock),
    queueFull: (stalled) => write(`[DANGER] async queue is full !!! ${stalled} connections had to wait\n`),
    harakiri: (record) => write(harakiriLines(record, options.harakiriVerbose)),
    warning: (message) => write(`*** WARNING *** ${escapeControls(message)}\n`),
  };
  return format === null ? observer : { ...observer, request: requestLines(format, options) };
}

function requestLines(name: LogFormatName, { requests: writer, pid }: AccessLogOptions): Observer["request"] {
  const format = LOG_FORMATS[name];
  const context = { pid, requests: 0 };
  return (record) => {
    context.requests++;
    writer.write(format(record, context));
  };
}

function refusals(write: (line: string) => void, clock: Clock): Observer["refused"] {
  let second = -1;
  let written = 0;
  let omitted = 0;
  return (status, reason, remote) => {
    const now = Math.floor(clock.now() / 1000);
    if (now !== second) {
      if (omitted > 0) write(`refused: ${omitted} more\n`);
      second = now;
      written = omitted = 0;
    }
    if (written < REFUSALS_A_SECOND) {
      written++;
      write(`refused: ${clientOf(remote)}, with ${status}: ${escapeControls(reason)}\n`);
    } else omitted++;
  };
}

function clientOf(remote: Address): string {
  return remote.transport === "unix" ? "unix:" : remote.hostname;
}
