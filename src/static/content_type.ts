import mime from "mime";

/** Content types by the ending of a name, in lower case. */
export type TypesByEnding = ReadonlyMap<string, string>;

/** Types that `mime` does not know, or of which servers of pages want another one. */
const OWN: Readonly<Record<string, string>> = {
  jsonl: "application/jsonl",
  br: "application/octet-stream",
  zst: "application/zstd",
  ts: "video/mp2t",
};

/** Text that is no `text/`. */
const IS_TEXT = /^(?:text\/.*|application\/(?:json|javascript|manifest\+json|xml|jsonl|ld\+json|geo\+json)|.*\+xml)$/;

/** RFC 9110 section 8.3.1. */
const MEDIA_TYPE = /^[!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+(?:[ \t]*;[\x20-\x7e]*)?$/i;

/**
 * The content type by a file's name; text is taken for UTF-8, since a page that says otherwise by itself is the rarer one.
 *
 * @param path With `/`; its ending counts, in any case.
 * @param types That go before the known ones.
 * @returns `application/octet-stream` where there is no knowing: with `nosniff` beside it a browser downloads that, and never runs it.
 */
export function contentTypeOf(path: string, types: TypesByEnding): string {
  const type = typeOf(path, types) ?? "application/octet-stream";
  return IS_TEXT.test(type) && !/;[ \t]*charset=/i.test(type) ? `${type}; charset=utf-8` : type;
}

/** Whether a name's ending is one of a type that is known. */
export function hasKnownEnding(path: string, types: TypesByEnding): boolean {
  return typeOf(path, types) !== null;
}

/**
 * Reads types by endings, which may have a dot before them.
 *
 * @throws {TypeError} An ending is empty or has a slash, or a type is none.
 */
export function readTypes(types: Readonly<Record<string, string>>): TypesByEnding {
  return new Map(
    Object.entries(types).map(([text, type]) => {
      const ending = text.replace(/^\./, "").toLowerCase();
      if (ending === "" || /[./]/.test(ending)) {
        throw new TypeError(`staticFiles(): the type of ${JSON.stringify(text)}: that is no ending`);
      }
      if (!MEDIA_TYPE.test(type)) {
        throw new TypeError(`staticFiles(): the type of ${JSON.stringify(text)}: ${JSON.stringify(type)} is none`);
      }
      return [ending, type];
    }),
  );
}

function typeOf(path: string, types: TypesByEnding): string | null {
  const ending = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase();
  if (ending === undefined) return null;
  return types.get(ending) ?? (Object.hasOwn(OWN, ending) ? OWN[ending]! : mime.getType(ending));
}
