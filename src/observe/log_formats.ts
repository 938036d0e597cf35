import type { Address } from "../contract/socket.ts";
import type { RequestRecord } from "../contract/observer.ts";
import { escapeQuoted, escapeWord } from "./escape.ts";
import { logDate } from "./log_date.ts";

/** The formats that `--log-format` names. */
export type LogFormatName = "uwsgi" | "combined" | "common" | "json";

/** What a line says besides its request. */
export interface LogLineContext {
  /** Of this process. */
  readonly pid: number;
  /** Requests logged so far, this one counted. */
  readonly requests: number;
}

/** Makes the line of one request, with its line feed. */
export type LogFormat = (record: RequestRecord, context: LogLineContext) => string;

/** The formats. Every line is printable ASCII, and no request can write another one. */
export const LOG_FORMATS: Readonly<Record<LogFormatName, LogFormat>> = { uwsgi, combined, common, json };

/** uWSGI's own line (core/logging.c); its two counts of requests are the same here, with one app and one process. */
function uwsgi(record: RequestRecord, { pid, requests }: LogLineContext): string {
  const { status, protocol, requestFields, requestHeadBytes, bodyBytes, headBytes, fields, switches, core } = record;
  const client = clientOf(record.remote);
  const request = requestOf(record);
  const date = logDate(record.startedAt).ctime;
  const msecs = Math.trunc(record.durationMs);
  return `[pid: ${pid}|app: 0|req: ${requests}/${requests}] ${client} () {${requestFields} vars in ${requestHeadBytes} bytes} [${date}] ` +
    `${request} => generated ${bodyBytes} bytes in ${msecs} msecs (${protocol} ${status}) ${fields} headers in ${headBytes} bytes ` +
    `(${switches} switches on core ${core})\n`;
}

/** The Common Log Format (Apache's `common`). */
function common(record: RequestRecord): string {
  return `${commonPart(record)}\n`;
}

/** Apache's and nginx's `combined`: common, and who sent the client and what it is. */
function combined(record: RequestRecord): string {
  return `${commonPart(record)} "${fieldOf(record, "referer")}" "${fieldOf(record, "user-agent")}"\n`;
}

function commonPart(record: RequestRecord): string {
  const { protocol, bodyBytes } = record;
  const date = logDate(record.startedAt).common;
  const status = String(record.status).padStart(3, "0");
  return `${clientOf(record.remote)} - - [${date}] "${requestOf(record)} ${protocol}" ${status} ${bodyBytes === 0 ? "-" : bodyBytes}`;
}

function requestOf({ method, target }: RequestRecord): string {
  return `${escapeWord(method)} ${escapeWord(target)}`;
}

function fieldOf(record: RequestRecord, lowerName: string): string {
  return escapeQuoted(record.field(lowerName) || "-");
}

/** One object a line; times in UTC. */
function json(record: RequestRecord): string {
  const line = JSON.stringify({
    time: new Date(record.startedAt).toISOString(),
    remote: clientOf(record.remote),
    method: record.method,
    target: record.target,
    protocol: record.protocol,
    status: record.status,
    bytes: record.bodyBytes,
    head_bytes: record.headBytes,
    request_head_bytes: record.requestHeadBytes,
    duration_ms: Math.round(record.durationMs * 1000) / 1000,
    core: record.core,
    switches: record.switches,
    aborted: record.aborted,
    referer: record.field("referer"),
    user_agent: record.field("user-agent"),
  });
  return `${line.replace(/[\x7f-\uffff]/g, unicodeEscape)}\n`;
}

/** JSON.stringify escapes C0 controls only; C1 controls steer terminals too. */
function unicodeEscape(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function clientOf(remote: Address): string {
  return remote.transport === "unix" ? "unix:" : escapeWord(remote.hostname);
}
