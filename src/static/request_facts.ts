import type { RequestHead } from "../contract/head.ts";

/** A head's fields, as `Headers` have them. */
export class HeadFields {
  readonly #head: RequestHead;

  constructor(head: RequestHead) {
    this.#head = head;
  }

  get(name: string): string | null {
    return this.#head.fields.joined(name);
  }
}

/** The path of an absolute URL, without a query, as it stands. */
export function pathnameOfUrl(url: string): string {
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const end = url.search(/[?#]/);
  if (start === -1 || (end !== -1 && end < start)) return "/";
  return url.slice(start, end === -1 ? undefined : end);
}

/** Whether a method asks for a file. */
export function asksForFile(method: string): boolean {
  return method === "GET" || method === "HEAD";
}
