import { AnswerHead } from "../../http/answer_head.ts";
import { ProgramError } from "./program_error.ts";

/** A program's head, read. */
export interface CgiHead {
  readonly status: number;
  readonly statusText: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** As the program told it; null if it did not. */
  readonly contentLength: number | null;
  /** The path and query that is to be answered in its place (RFC 3875 section 6.2.2); null where it is an answer. */
  readonly redirect: string | null;
}

/** Fields that are the server's to read: they may stand once (RFC 3875 section 6.3). */
const ONCE = ["status", "location", "content-type"];

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Reads a head of RFC 3875, section 6: lines that end in LF, or CRLF, one field each. `Status` makes the status line; `Location` without one is a 302. One
 * that is a path, and no other field, is for the server itself to answer; with others, such as `Set-Cookie`, which would be lost by that, it is a 302, too.
 *
 * @param text A character a byte, without the empty line at its end.
 * @throws {ProgramError} It is no such head.
 */
export function readCgiHead(text: string): CgiHead {
  const seen = new Map<string, string>();
  const fields: (readonly [string, string])[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line === "\r") continue;
    const [name, value] = readField(line);
    const lower = name.toLowerCase();
    if (ONCE.includes(lower)) {
      if (seen.has(lower)) throw badHead(`it has two fields ${name}`);
      seen.set(lower, value);
    }
    if (lower !== "status") fields.push([name, value]);
  }
  if (seen.size === 0) throw badHead("it has none of Content-Type, Location and Status");
  const status = seen.get("status");
  if (status === undefined) {
    const location = seen.get("location");
    if (location === undefined) return checked(200, "", fields);
    const isLocal = fields.length === 1 && location.startsWith("/") && !location.includes("#");
    return { ...checked(302, "", fields), redirect: isLocal ? location : null };
  }
  const [, code, statusText = ""] = /^(\d{3})(?: (.*))?$/.exec(status) ?? [];
  if (code === undefined) throw badHead(`Status ${JSON.stringify(status)} is not three digits and a reason, such as "404 Not Found"`);
  return checked(Number(code), statusText, fields);
}

/** What is not valid in HTTP is the program's fault, and has to be known before anything is sent. */
function checked(status: number, statusText: string, fields: CgiHead["fields"]): CgiHead {
  try {
    const { contentLength } = AnswerHead.of(status, statusText, fields);
    return { status, statusText, fields, contentLength, redirect: null };
  } catch (error) {
    throw badHead((error as TypeError).message.replace(/^send an answer: /, ""));
  }
}

function readField(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0));
  if (!TOKEN.test(name)) throw badHead(`${JSON.stringify(line.slice(0, 100))} is no field, such as "Content-Type: text/plain"`);
  return [name, line.slice(colon + 1).trim()];
}

/** Says that a head is not valid. */
export function badHead(why: string): ProgramError {
  return new ProgramError(`read a program's head: ${why}`);
}
