import mime from "mime";

/** Types that `mime` does not know, or of which servers of pages want another one. */
const OWN: Readonly<Record<string, string>> = {
  jsonl: "application/jsonl",
  br: "application/octet-stream",
  zst: "application/zstd",
  ts: "video/mp2t",
};

/** Text that is no `text/`. */
const IS_TEXT = /^(?:text\/.*|application\/(?:json|javascript|manifest\+json|xml|jsonl|ld\+json|geo\+json)|.*\+xml)$/;

/**
 * The content type by a file's name; text is taken for UTF-8, since a page that says otherwise by itself is the rarer one.
 *
 * @param path With `/`; its ending counts, in any case.
 * @returns `application/octet-stream` where there is no knowing: with `nosniff` beside it a browser downloads that, and never runs it.
 */
export function contentTypeOf(path: string): string {
  const ending = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const type = OWN[ending] ?? mime.getType(ending) ?? "application/octet-stream";
  return IS_TEXT.test(type) ? `${type}; charset=utf-8` : type;
}
