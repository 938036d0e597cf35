import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AnswerParts } from "../../src/contract/engine.ts";
import type { RequestHead } from "../../src/contract/head.ts";
import { StaticFiles } from "../../src/static/static_files.ts";
import type { StaticOptions } from "../../src/static/static_options.ts";
import { MemoryFolder } from "../support/memory_folder.ts";

/**
 * A site whose files are kept in memory answers as one that asks its file system each time: whatever is asked, in which order, and however the files change
 * in between, once what was kept is past its time.
 */

const START_MS = 1_700_000_000_300;
const TTL_MS = 1000;
const PATHS = ["a.txt", "a.txt.br", "a.txt.gz", "docs/index.html", "docs/index.html.gz", "app.3f9a1c0b.js"];
const TARGETS = ["/a.txt", "/a.txt?x=1", "/docs/", "/docs", "/docs/index.html", "/app.3f9a1c0b.js", "/a%2etxt", "/none", "/docs/../a.txt"];

const change = fc.record({
  kind: fc.constantFrom("put", "remove" as const),
  path: fc.constantFrom(...PATHS),
  letter: fc.constantFrom("a", "b"),
  size: fc.constantFrom(0, 3, 2000, 100_000, 300_000),
  ageMs: fc.constantFrom(-5000, 0, 500, 10_000, 20_000),
});

/** By numbers: what is known of the file only then is filled in. */
const CONDITIONS: readonly ((etag: string, modified: string) => Readonly<Record<string, string>>)[] = [
  () => ({}),
  (etag) => ({ "if-none-match": etag }),
  (etag) => ({ "if-none-match": `"x", ${etag}` }),
  () => ({ "if-none-match": `"x"` }),
  () => ({ "if-none-match": "*" }),
  (_etag, modified) => ({ "if-modified-since": modified }),
  () => ({ "if-modified-since": "Sun, 06 Nov 1994 08:49:37 GMT" }),
  (_etag, modified) => ({ "if-modified-since": modified, "if-none-match": `"x"` }),
  (etag) => ({ "if-match": etag }),
  () => ({ "if-match": "*" }),
  (_etag, modified) => ({ "if-unmodified-since": modified }),
  () => ({ "if-unmodified-since": "Sun, 06 Nov 1994 08:49:37 GMT" }),
];

const ask = fc.record({
  target: fc.constantFrom(...TARGETS),
  method: fc.constantFrom("GET", "GET", "HEAD", "POST"),
  condition: fc.nat(CONDITIONS.length - 1),
  accept: fc.constantFrom("", "gzip", "br, gzip", "br;q=0, *", "identity"),
  range: fc.constantFrom("", "", "", "bytes=0-1", "bytes=-1", "bytes=5000-", "bytes=0-0,2-2"),
});

const step = fc.oneof(
  { weight: 1, arbitrary: fc.record({ change }) },
  { weight: 4, arbitrary: fc.record({ ask }) },
  { weight: 1, arbitrary: fc.record({ passMs: fc.constantFrom(1, 300, 600, 1000, 3000) }) },
);

test("StaticFiles with a cache answers as without one", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 60 }),
      fc.record({ precompressed: fc.boolean(), cors: fc.boolean() }),
      fc.constantFrom(10_000, 1_000_000),
      async (steps, common, bytes) => {
        const folder = new MemoryFolder();
        let nowMs = START_MS;
        let changedMs = -Infinity;
        const siteOf = (options: StaticOptions) => new StaticFiles(() => Promise.resolve(folder), { ...common, ...options }, () => nowMs);
        const cached = siteOf({ cacheBytes: bytes, cacheTtlMs: TTL_MS });
        const plain = siteOf({ cacheBytes: 0 });
        for (const step of steps) {
          if ("passMs" in step) nowMs += step.passMs;
          else if ("change" in step) {
            const { kind, path, letter, size, ageMs } = step.change;
            if (kind === "put") folder.put(path, letter.repeat(size), nowMs - ageMs);
            else folder.files.delete(path);
            changedMs = nowMs;
          } else {
            const { target, method, condition, accept, range } = step.ask;
            const asked = { method: "HEAD", headers: { "accept-encoding": accept } };
            const validators = (await plain.fetch(new Request(`http://a${target}`, asked))).headers;
            const headers = {
              ...CONDITIONS[condition]!(validators.get("etag") ?? `"none"`, validators.get("last-modified") ?? "never"),
              ...(accept !== "" && { "accept-encoding": accept }),
              ...(range !== "" && { range }),
            };
            const request = () => new Request(`http://a${target}`, { method, headers });
            const expected = await described(await plain.fetch(request()));
            const mayBeOld = nowMs < changedMs + TTL_MS;
            // What is known before and after the first who asks.
            for (let time = 0; time < 2; time++) {
              const known = cached.known(headOf(method, target, headers));
              if (known !== null && !mayBeOld) assert.deepEqual(await described(responseOf(known, method)), expected);
              const answer = await described(await cached.fetch(request()));
              if (!mayBeOld) assert.deepEqual(answer, expected);
            }
          }
        }
        assert.equal(folder.openNow, 0);
      },
    ),
    { numRuns: 500 },
  );
});

function responseOf({ status, fields, body }: AnswerParts, method: string): Response {
  return new Response(method === "HEAD" ? null : body as BodyInit | null, { status, headers: [...fields] as [string, string][] });
}

async function described(response: Response) {
  return { status: response.status, headers: [...response.headers].sort(), body: await response.text() };
}

function headOf(method: string, path: string, headers: Readonly<Record<string, string>>): RequestHead {
  const fields = new Headers(headers);
  const list = [...fields];
  return {
    method,
    target: path,
    path,
    targetScheme: null,
    minor: 1,
    protocol: "HTTP/1.1",
    bytes: 0,
    authority: "a",
    framing: { kind: "none" },
    expectsContinue: false,
    keepAlive: true,
    fields: {
      count: list.length,
      name: (index) => list[index]![0],
      value: (index) => list[index]![1],
      first: (name) => fields.get(name),
      joined: (name) => fields.get(name),
    },
  };
}
