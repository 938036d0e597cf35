/** Files of content types: Apache's `mime.types`, which Debian has at `/etc/mime.types`. */

/** A line's parts: what stands before a comment, and no control characters. */
const LINE = /^[ \t]*([^\s#/]+\/[^\s#/]+)((?:[ \t]+[^\s#]+)*)[ \t]*(?:#.*)?$/;

/**
 * Reads a file of types: each line a type and its endings, with white space between; what follows `#` is a comment. Of an ending that is there twice the
 * last one holds, as in Apache's httpd and in uWSGI's `--mime-file`.
 *
 * @param text The whole file.
 * @returns As the option `types` takes it.
 * @throws {TypeError} A line is neither; the message has its number.
 */
export function parseMimeFile(text: string): Record<string, string> {
  // Without a prototype: an ending may be called as one of its members is.
  const types: Record<string, string> = Object.create(null);
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (/^[ \t]*(?:#.*)?$/.test(line)) continue;
    const [, type, endings] = LINE.exec(line) ?? [];
    if (type === undefined || endings === undefined) {
      throw new TypeError(`line ${at + 1}, ${JSON.stringify(line.slice(0, 60))}: no type and its endings`);
    }
    for (const ending of endings.split(/[ \t]+/)) if (ending !== "") types[ending.toLowerCase()] = type;
  }
  return types;
}
