import { ConfigError } from "../errors.ts";

/** A media type without parameters (RFC 9110 section 8.3.1). */
const TYPE = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+\/[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Reads content types in the form of Apache's `mime.types`: on each line a type and the endings of its files; `#` begins a comment. Of several lines for one
 * ending the last one holds.
 *
 * @param path For messages.
 * @returns Types by endings in lower case, without a dot.
 * @throws {ConfigError} A line does not begin with a type, or an ending is none.
 */
export function parseMimeTypes(text: string, path: string): Record<string, string> {
  const types: Record<string, string> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [type, ...endings] = line.replace(/#.*/, "").split(/\s+/).filter((word) => word !== "");
    if (type === undefined) continue;
    const wrong = TYPE.test(type) ? endings.find((ending) => !/^\.?[^./]+$/.test(ending)) : type;
    if (wrong !== undefined) {
      const what = wrong === type ? "is no content type, such as text/html" : "is no ending of names, such as html";
      throw new ConfigError("--mime-file", `--mime-file ${JSON.stringify(path)}, line ${index + 1}: ${JSON.stringify(wrong)} ${what}`);
    }
    for (const ending of endings) types[ending.replace(/^\./, "").toLowerCase()] = type;
  }
  return types;
}
