/** Longest path that a program may ask for, as Linux has it. */
const PATH_BYTES = 4096;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** An error by POSIX's name of it. */
export class PathError extends Error {
  readonly code: "EILSEQ" | "EINVAL" | "ENAMETOOLONG" | "ENOENT" | "ENOTCAPABLE";

  constructor(code: PathError["code"]) {
    super(code);
    this.code = code;
  }
}

/**
 * Joins a program's path to that of the folder which it begins at, by its names alone: the result has no ".", no ".." and no empty name. A
 * ".." is a step back whatever the folder before it is; one that would leave the root is refused, and an absolute path too: the program's own library
 * has taken off the folder's name before.
 *
 * @param base Of the same kind, from the root on.
 * @param bytes UTF-8.
 * @throws {PathError} It would leave, or is no path.
 */
export function joinGuestPath(base: string, bytes: Uint8Array): string {
  if (bytes.length === 0) throw new PathError("ENOENT");
  if (bytes.length > PATH_BYTES) throw new PathError("ENAMETOOLONG");
  const path = decode(bytes);
  if (path.includes("\0")) throw new PathError("EINVAL");
  if (path.startsWith("/")) throw new PathError("ENOTCAPABLE");
  const names = base === "" ? [] : base.split("/");
  for (const name of path.split("/")) {
    if (name === "..") {
      if (names.pop() === undefined) throw new PathError("ENOTCAPABLE");
    } else if (name !== "" && name !== ".") names.push(name);
  }
  return names.join("/");
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new PathError("EILSEQ");
  }
}
