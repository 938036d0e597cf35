import { AnswerHead } from "../../http/answer_head.ts";
import { ProgramError } from "./program_error.ts";

/** A program's head, read. */
export interface CgiHead {
  readonly status: number;
  readonly statusText: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** As the program told it; null if it did not. */
  readonly contentLength: number | null;
}

/** Fields that are the server's to read: they may stand once (RFC 3875 section 6.3). */
const ONCE = ["status", "location", "content-type"];

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Reads a head of RFC 3875, section 6: lines that end in LF, or CRLF, one field each. `Status` makes the status line; `Location` without one is a 302, with
 * a path too, of which the client asks then (section 6.2.2 has the server do that by itself).
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
  if (status === undefined) return checked(seen.has("location") ? 302 : 200, "", fields);
  const [, code, statusText = ""] = /^(\d{3})(?: (.*))?$/.exec(status) ?? [];
  if (code === undefined) throw badHead(`Status ${JSON.stringify(status)} is not three digits and a reason, such as "404 Not Found"`);
  return checked(Number(code), statusText, fields);
}

/** What is not valid in HTTP is the program's fault, and has to be known before anything is sent. */
function checked(status: number, statusText: string, fields: CgiHead["fields"]): CgiHead {
  try {
    const { contentLength } = AnswerHead.of(status, statusText, fields);
    return { status, statusText, fields, contentLength };
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
