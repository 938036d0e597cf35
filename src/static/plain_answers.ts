/** Answers without a file. */

/** Relative, so that a proxy's own prefix stays; behind `./`, so that no name is taken for a scheme or a host. */
export function redirectToFolder(pathname: string, search: string): Response {
  const name = pathname.slice(pathname.lastIndexOf("/") + 1);
  return new Response(null, { status: 301, headers: { location: `./${name}/${search}` } });
}

/** A line of text that says why there is no file. */
export function refusal(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff", ...headers },
  });
}
