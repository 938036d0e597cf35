import { dateOf } from "./http_date.ts";
import type { ListedEntry, Listing } from "./listing.ts";

/** Where a listing's page stands. */
export interface ListingPlace {
  /** As its reader knows it, decoded: `/assets/docs/`. */
  readonly title: string;
  /** The names of the folders from the top one, which has none, down to this one. */
  readonly names: readonly string[];
}

/** One style for all, so that its hash can stand in the policy. */
export const LISTING_STYLE = `
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
ol { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem; padding: 0; }
li + li::before { content: "/ "; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: start; padding: .5rem 0; }
th, td { text-align: start; padding: .3rem .75rem .3rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
tbody th { font-weight: normal; overflow-wrap: anywhere; }
th:nth-child(2), td:nth-child(2) { text-align: end; white-space: nowrap; }
td:nth-child(3) { white-space: nowrap; }
a:focus-visible { outline: 2px solid; outline-offset: 2px; }
@media (max-width: 36rem) { th:nth-child(3), td:nth-child(3) { display: none; } }
`;

/** What the page may do: nothing, but look as it does. The hash is that of `LISTING_STYLE`. */
export const LISTING_POLICY =
  "default-src 'none'; style-src 'sha256-dqEAbwe5JmR8XOLMbsDW4PvjNXkk25fWDDrC4vHoFsg='; base-uri 'none'; form-action 'none'";

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Marks, embeddings, overrides and isolates of the bidirectional algorithm (UAX 9 section 2). */
const TURNS_TEXT = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Writes a listing as a page, without scripts; all links are relative, so that a proxy's own prefix stays. */
export function listingPage({ entries, page, pages, total, isCut }: Listing, { title, names }: ListingPlace): string {
  const heading = `Index of ${title}`;
  const count = `${total} ${total === 1 ? "entry" : "entries"}${isCut ? ", and more, which are not listed" : ""}`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(heading)}</title>
<style>${LISTING_STYLE}</style>
</head>
<body>
<main>
<h1>Index of <bdi>${escape(title)}</bdi></h1>
${names.length === 0 ? "" : `${crumbs(names)}\n`}<table>
<caption>${count}${pages === 1 ? "" : `, page ${page} of ${pages}`}</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Size</th><th scope="col">Modified</th></tr></thead>
<tbody>
${entries.map(row).join("\n")}
</tbody>
</table>
${pages === 1 ? "" : `${pager(page, pages)}\n`}</main>
</body>
</html>
`;
}

function crumbs(names: readonly string[]): string {
  const items = ["top", ...names].map((name, at) => {
    const up = names.length - at;
    const text = `<bdi>${escape(name)}</bdi>`;
    return up === 0 ? `<li><span aria-current="page">${text}</span></li>` : `<li><a href="${"../".repeat(up)}">${text}</a></li>`;
  });
  return `<nav aria-label="Folders above"><ol>${items.join("")}</ol></nav>`;
}

function row({ name, isFolder, size, modifiedMs }: ListedEntry): string {
  const slash = isFolder ? "/" : "";
  const date = dateOf(modifiedMs).toISOString();
  const sizeCell = isFolder ? "<td></td>" : `<td><data value="${size}">${formatBytes(size)}</data></td>`;
  const link = `<a href="./${encodeURIComponent(name)}${slash}"><bdi>${escape(name)}</bdi>${slash}</a>`;
  const time = `<time datetime="${date.slice(0, 19)}Z">${date.slice(0, 10)} ${date.slice(11, 16)} UTC</time>`;
  return `<tr><th scope="row">${link}</th>${sizeCell}<td>${time}</td></tr>`;
}

function pager(page: number, pages: number): string {
  const link = (to: number, rel: string, text: string) => `<li><a href="?page=${to}" rel="${rel}">${text}</a></li>`;
  const previous = page > 1 ? link(page - 1, "prev", "Previous page") : "";
  const next = page < pages ? link(page + 1, "next", "Next page") : "";
  return `<nav aria-label="Pages"><ol>${previous}${next}</ol></nav>`;
}

/** In powers of 1024, with the units' own names for them. */
function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${(bytes / 1024 ** power).toFixed(1)} ${["KiB", "MiB", "GiB", "TiB"][power - 1]}`;
}

/** What stands for a character that would have its neighbours stand in another order: `\u{202e}txt.exe` looks like `exe.txt`. */
function escape(text: string): string {
  const plain = text.replace(TURNS_TEXT, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
  return plain.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}
