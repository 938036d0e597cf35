/** Which bytes of a file are asked for (RFC 9110 section 14). */

/** Bytes from `start` up to, and without, `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Ranges that a client may list; past it the whole is sent, as section 14.2 lets a server do. */
const MOST_RANGES = 64;

/**
 * Reads a `Range` field. Of several ranges those that touch or overlap are merged; if more than one is left, the file is sent whole: `multipart/byteranges` is
 * for nobody's browser, and a list of many small ones is an attack (section 17.15).
 *
 * @param text The field's value, or null without one.
 * @param size The file's bytes.
 * @returns Null to send the whole file, `unsatisfiable` for a 416, or what to send.
 */
export function selectRange(text: string | null, size: number): ByteRange | "unsatisfiable" | null {
  const specs = /^bytes=(.*)$/i.exec(text ?? "")?.[1]?.split(",");
  if (specs === undefined || specs.length > MOST_RANGES) return null;
  const ranges: ByteRange[] = [];
  let empty = 0;
  for (const spec of specs.map((each) => each.trim())) {
    const range = readSpec(spec, size);
    // An element of a list may be empty (section 5.6.1.2).
    if (spec === "") empty++;
    else if (range === null) return null;
    else if (range !== "unsatisfiable") ranges.push(range);
  }
  if (ranges.length > 0) return merge(ranges);
  return empty === specs.length ? null : "unsatisfiable";
}

/** Null if it is none: then the field is ignored. */
function readSpec(spec: string, size: number): ByteRange | "unsatisfiable" | null {
  const parts = /^(\d*)-(\d*)$/.exec(spec);
  if (parts === null) return null;
  const [, first = "", last = ""] = parts;
  if (first === "") {
    if (last === "") return null;
    const length = Number(last);
    return length === 0 || size === 0 ? "unsatisfiable" : { start: Math.max(0, size - length), end: size };
  }
  // Numbers past 2^53 lose digits, and are past any file's end all the same.
  const start = Number(first);
  const end = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < start) return null;
  return start >= size ? "unsatisfiable" : { start, end };
}

/** One range, if they make one. */
function merge(ranges: ByteRange[]): ByteRange | null {
  ranges.sort((one, other) => one.start - other.start);
  let { start, end } = ranges[0]!;
  for (const range of ranges) {
    if (range.start > end) return null;
    end = Math.max(end, range.end);
  }
  return { start, end };
}
