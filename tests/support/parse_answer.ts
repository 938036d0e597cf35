/** An answer, read by a reader that shares nothing with heddle's and takes nothing that RFC 9112 does not allow. */
export interface ParsedAnswer {
  readonly status: number;
  readonly reason: string;
  /** Name in lower case, and value. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly trailers: readonly (readonly [name: string, value: string])[];
  /** What stands behind it; nothing where the body goes to the connection's end. */
  readonly rest: string;
}

/**
 * Reads one answer.
 *
 * @param answer Each unit one byte.
 * @throws {Error} It is not valid, or not whole.
 */
export function parseAnswer(answer: string, method = "GET"): ParsedAnswer {
  const headEnd = answer.indexOf("\r\n\r\n");
  if (headEnd < 0) throw new Error(`read an answer: no end of its head in ${JSON.stringify(answer)}`);
  const [line, ...fieldLines] = answer.slice(0, headEnd).split("\r\n");
  const start = /^HTTP\/1\.1 (\d{3}) ([\t\x20-\x7e\x80-\xff]*)$/.exec(line);
  if (start === null) throw new Error(`read an answer: ${JSON.stringify(line)} is no status line`);
  const status = Number(start[1]);
  const fields = fieldLines.map(parseField);
  const behind = answer.slice(headEnd + 4);
  return { status, reason: start[2], fields, ...parseBody(behind, framingOf(method, status, fields)) };
}

/** The first value of a field, or null. */
export function fieldOf(answer: ParsedAnswer, name: string): string | null {
  return answer.fields.find((field) => field[0] === name)?.[1] ?? null;
}

function parseField(line: string): readonly [string, string] {
  const parts = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+): ?([\t\x20-\x7e\x80-\xff]*)$/.exec(line);
  if (parts === null) throw new Error(`read an answer: ${JSON.stringify(line)} is no field line`);
  return [parts[1].toLowerCase(), parts[2]];
}

type Fields = readonly (readonly [string, string])[];

/** RFC 9112 section 6.3: a length, "chunked", or null for the connection's end. An answer that could be read in two ways is an error. */
function framingOf(method: string, status: number, fields: Fields): number | "chunked" | null {
  const lengths = fields.filter(([name]) => name === "content-length");
  const codings = fields.filter(([name]) => name === "transfer-encoding");
  if (lengths.length + codings.length > 1) throw new Error("read an answer: its length is ambiguous");
  if ((status < 200 || status === 204) && lengths.length + codings.length > 0) throw new Error(`read an answer: ${status} with a length`);
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return 0;
  if (codings.length === 1) {
    if (codings[0][1] !== "chunked") throw new Error("read an answer: its transfer coding is unknown");
    return "chunked";
  }
  if (lengths.length === 0) return null;
  if (!/^(0|[1-9]\d*)$/.test(lengths[0][1])) throw new Error("read an answer: its length is not a number");
  return Number(lengths[0][1]);
}

function parseBody(text: string, framing: number | "chunked" | null): Pick<ParsedAnswer, "body" | "trailers" | "rest"> {
  if (framing === null) return { body: text, trailers: [], rest: "" };
  if (framing !== "chunked") {
    if (text.length < framing) throw new Error(`read an answer: ${text.length} bytes of a body of ${framing}`);
    return { body: text.slice(0, framing), trailers: [], rest: text.slice(framing) };
  }
  let body = "";
  for (let at = 0;;) {
    const size = /^([0-9a-f]+)\r\n/.exec(text.slice(at, at + 20));
    if (size === null) throw new Error(`read an answer: no chunk at ${at}`);
    at += size[0].length;
    const length = parseInt(size[1], 16);
    if (length === 0) {
      const end = text.indexOf("\r\n", at) === at ? at : text.indexOf("\r\n\r\n", at) + 2;
      if (end < at) throw new Error("read an answer: no end of its trailers");
      const lines = text.slice(at, end).split("\r\n").filter((line) => line !== "");
      return { body, trailers: lines.map(parseField), rest: text.slice(end + 2) };
    }
    body += text.slice(at, at + length);
    at += length;
    if (text.slice(at, at + 2) !== "\r\n") throw new Error(`read an answer: a chunk does not end at ${at}`);
    at += 2;
  }
}
