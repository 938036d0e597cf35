/** `HEDDLE_WRITE_TRANSCRIPT=1` writes the transcript anew, to be read before it is committed. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { findApp } from "../../src/app/load.ts";
import { installLightGlobals } from "../../src/http/globals.ts";
import { runtimeName } from "../support/runtime.ts";
import { withServer } from "../support/served.ts";
import { testUnless } from "../support/test_unless.ts";
import { createHonoApp } from "./fixtures/hono_app.ts";

const LIMIT = { timeout: 60_000 };
const TRANSCRIPT = new URL("./fixtures/hono_transcript.txt", import.meta.url);

const MULTIPART = [
  '--XX\r\nContent-Disposition: form-data; name="title"\r\n\r\nA t\u00c3\u00aftle\r\n',
  '--XX\r\nContent-Disposition: form-data; name="file"; filename="notes.txt"\r\nContent-Type: text/plain\r\n\r\nline 1\nline 2\r\n',
  '--XX\r\nContent-Disposition: form-data; name="file"; filename="empty.bin"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n',
  "--XX--\r\n",
].join("");

/** A request for the transcript: a character is a byte. */
function request(line: string, fields: readonly string[] = [], body: string | null = null): string {
  const length = body === null ? [] : [`Content-Length: ${body.length}`];
  return [`${line} HTTP/1.1`, "Host: app.example", ...fields, ...length, "Connection: close", "", body ?? ""].join("\r\n");
}

const REQUESTS: readonly string[] = [
  request("GET /"),
  request("HEAD /"),
  request("GET /html"),
  request("GET /plain"),
  request("GET /bytes"),
  request("GET /users/7/posts/first?tag=a&tag=b%20c&x=%C3%A9"),
  request("GET /users/7/posts"),
  request("GET /headers", ["X-One: 1", "X-Two: a", "X-Two: b"]),
  request("GET /cookies", ["Cookie: theme=dark; lang=en"]),
  request("GET /moved"),
  request("DELETE /users/7"),
  request("OPTIONS /users/7"),
  request("GET /private/page"),
  request("GET /private/page", ["Authorization: Bearer let-me-in"]),
  request("GET /throws"),
  request("GET /nothing/here"),
  request("POST /json", ["Content-Type: application/json"], '{"a":[1,2,{"b":null}]}'),
  request("POST /json", ["Content-Type: application/json"], ""),
  request("POST /text", ["Content-Type: text/plain"], "gr\u00c3\u00bc\u00c3\u009fe"),
  request("POST /form", ["Content-Type: application/x-www-form-urlencoded"], "a=1&a=2&b=x+y%21"),
  request("POST /upload", ["Content-Type: multipart/form-data; boundary=XX"], MULTIPART),
  request("PUT /blob", ["Content-Type: image/png"], "\u0089PNG"),
  request("POST /text", ["Transfer-Encoding: chunked"]) + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
  request("GET /stream"),
  request("HEAD /stream"),
  request("GET /stream/text"),
  request("GET /events"),
  request("GET /mounted/echo?q=1", ["X-Mine: yes"]),
  request("POST /mounted/echo", ["Content-Type: text/plain"], "mounted body"),
  request("GET /proxied/echo?q=2", ["X-Mine: yes"]),
  request("POST /proxied/echo", ["Content-Type: text/plain"], "proxied body"),
  request("POST /routed/echo", ["Content-Type: text/plain"], "routed body"),
];

/** A line a line, and every byte that is not printable ASCII escaped: so nothing is lost, and a difference can be read. */
function readable(bytes: string): string {
  const escaped = bytes.replace(/[^ -~\n]/g, (byte) => byte === "\r" ? "\\r" : `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return escaped.endsWith("\n") ? escaped : `${escaped}\n`;
}

/** A request and its answer an entry. */
async function transcript(): Promise<string[]> {
  const entries: string[] = [];
  const { app } = findApp({ default: createHonoApp() }, "hono_app.ts");
  await withServer({ app }, async ({ exchange, heard }) => {
    for (const sent of REQUESTS) {
      const answer = (await exchange(sent)).replace(
        /^date: [A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT\r$/m,
        "date: (now)\r",
      );
      entries.push(`>>> request\n${readable(sent)}<<< answer\n${readable(answer)}\n`);
    }
    assert.deepEqual(heard.errors, []);
  });
  return entries;
}

if (process.env.HEDDLE_WRITE_TRANSCRIPT === "1") writeFileSync(TRANSCRIPT, (await transcript()).join(""));
const expected = readFileSync(TRANSCRIPT, "utf8").split(/^(?=>>> request$)/m);

async function checkTranscript(): Promise<void> {
  const seen = await transcript();
  // One by one: the difference of the whole would be thousands of lines.
  seen.forEach((entry, index) => assert.equal(entry, expected[index]));
  assert.equal(seen.length, expected.length);
}

/** Bun's native Response keeps its content-type to itself (docs/runtimes.md); light globals mend it. */
const BUN_NATIVE = runtimeName() === "bun" ? "deviation: a native Response on Bun shows no content-type" : null;

testUnless(BUN_NATIVE, "a Hono app answers byte for byte as on every other runtime, with native globals", checkTranscript, LIMIT.timeout);

test("a Hono app answers byte for byte as on every other runtime, with light globals", LIMIT, async () => {
  const undo = installLightGlobals();
  try {
    await checkTranscript();
  } finally {
    undo();
  }
});
