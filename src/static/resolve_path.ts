/**
 * From a URL's path to a path below a root, by words alone: what cannot be a file's path is refused before the file system hears of it.
 * What links make of the path is looked at later, of the file that was opened (`src/io/node_files.ts`).
 */

/** Why a path is refused: `invalid` is the client's mistake (400), `hidden` is answered as if there were nothing (404). */
export type PathRefusal = "invalid" | "hidden";

/** A path below the root. */
export interface ResolvedPath {
  /** Without a slash at either end; empty for the root itself. */
  readonly path: string;
  /** It ended with a slash: only a directory is meant. */
  readonly wantsDirectory: boolean;
}

/** Bytes of a name, as Linux file systems have it (NAME_MAX). */
const NAME_BYTES = 255;

/** Names of devices on Windows, with any ending; refused everywhere, so that a site does not depend on where it is served. */
const DEVICE_NAME = /^(?:con|prn|aux|nul|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]|conin\$|conout\$)(?:[.: ]|$)/i;

/** Which of the controls a file system takes, and what a log or a terminal does with the rest, is not to be found out. */
// deno-lint-ignore no-control-regex -- They are what is meant.
const NEVER_IN_A_NAME = /[\x00-\x1f\x7f\\]/;

const BYTES = new TextEncoder();

/**
 * Resolves the path of a URL. It is decoded once: what is encoded twice names a file with a "%" in its name.
 *
 * @param pathname Behind its mount, with percent escapes, with or without a leading slash; no query.
 * @param dotfiles Whether names that begin with a dot are served; `.well-known` at the top is (RFC 8615).
 * @returns Or why not.
 */
export function resolvePath(pathname: string, dotfiles: boolean): ResolvedPath | PathRefusal {
  const decoded = decode(pathname.startsWith("/") ? pathname.slice(1) : pathname);
  if (decoded === null || NEVER_IN_A_NAME.test(decoded)) return "invalid";
  const names = decoded.split("/");
  const wantsDirectory = names.at(-1) === "";
  if (wantsDirectory) names.pop();
  for (const [at, name] of names.entries()) {
    // An empty name is what `//etc` has.
    if (name === "" || name === "." || name === "..") return "invalid";
    if (isHidden(name, at === 0, dotfiles)) return "hidden";
  }
  return { path: names.join("/"), wantsDirectory };
}

/**
 * Whether a name of a directory's can be asked for, and is answered.
 *
 * @param isTop The directory is the root.
 */
export function isServedName(name: string, isTop: boolean, dotfiles: boolean): boolean {
  return name.isWellFormed() && !NEVER_IN_A_NAME.test(name) && !isHidden(name, isTop, dotfiles);
}

function isHidden(name: string, isTop: boolean, dotfiles: boolean): boolean {
  if (name.startsWith(".") && !dotfiles && !(isTop && name === ".well-known")) return true;
  return isUnportable(name) || (name.length * 3 > NAME_BYTES && BYTES.encode(name).length > NAME_BYTES);
}

/** UTF-8 behind percent escapes; null where it is none: a bad escape, an overlong form, a lone surrogate. */
function decode(text: string): string | null {
  try {
    const decoded = decodeURIComponent(text);
    return decoded.isWellFormed() ? decoded : null;
  } catch {
    return null;
  }
}

/** What Windows takes for another name: a device, a stream of a file (`a.txt::$DATA`), a name whose last dots and spaces it drops. */
function isUnportable(name: string): boolean {
  return DEVICE_NAME.test(name) || name.includes(":") || name.endsWith(".") || name.endsWith(" ");
}
