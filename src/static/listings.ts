import type { ReadOnlyFolder } from "../contract/files.ts";
import { type ListingScope, readListing } from "./listing.ts";
import { LISTING_POLICY, listingPage, type ListingPlace } from "./listing_page.ts";

/**
 * Makes the pages of listings, one at a time: a large folder takes memory and time of the event loop, which many who ask at once
 * shall not make many times that. Who asks for what is being made shares it.
 */
export class Listings {
  readonly #pending = new Map<string, Promise<string>>();
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Answers with a page.
   *
   * @throws What the system says, as `ReadOnlyFolder.list`.
   */
  async answer(method: string, folder: ReadOnlyFolder, path: string, scope: ListingScope, place: ListingPlace): Promise<Response> {
    const bytes = new TextEncoder().encode(await this.#page(folder, path, scope, place));
    return new Response(method === "HEAD" ? null : bytes, {
      headers: {
        "content-type": "text/html; charset=utf-8",
        "content-length": String(bytes.length),
        "content-security-policy": LISTING_POLICY,
        "x-content-type-options": "nosniff",
        "cache-control": "no-cache",
      },
    });
  }

  #page(folder: ReadOnlyFolder, path: string, scope: ListingScope, place: ListingPlace): Promise<string> {
    const key = `${scope.page} ${place.title}`;
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const made = this.#last.then(async () => listingPage(await readListing(folder, path, scope), place));
    this.#pending.set(key, made);
    this.#last = made.catch(() => {}).finally(() => this.#pending.delete(key));
    return made;
  }
}

/** The page that a query asks for; the first one, if it is none. */
export function pageOf(search: string): number {
  const page = new URLSearchParams(search).get("page") ?? "";
  return /^[1-9]\d{0,5}$/.test(page) ? Number(page) : 1;
}
