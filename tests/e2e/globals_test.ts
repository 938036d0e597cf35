/** Light globals in a process of their own, where the native classes are not loaded before something needs them. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, test } from "node:test";
import { CliProcess } from "../support/cli_process.ts";

const LIMIT = { timeout: 60_000 };
const folder = mkdtempSync(join(tmpdir(), "heddle-globals-"));
after(() => rmSync(folder, { recursive: true }));

/** One question each, asked first in a fresh process: an earlier one could load the classes for a later one. */
const QUESTIONS = {
  "the kind of its objects": [
    `[String(request), String(request.headers), String(new Response("x"))].join()`,
    `"[object Request],[object Headers],[object Response]"`,
  ],
  "a request's constructor": [`request.constructor.name`, `"Request"`],
  "the constructor of headers": [`request.headers.constructor === Headers`, "true"],
  "a response's constructor": [`new Response("x").constructor === Response`, "true"],
  "instanceof": [
    `[request instanceof Request, request.headers instanceof Headers, new Response("x") instanceof Response, ({}) instanceof Response]`,
    "[true,true,true,false]",
  ],
  "a Request made of the request": [`new Request(request, { method: "PUT" }).method + new Request(request).headers.get("x-a")`, `"PUT1"`],
  "an answer's kind": [`(await fetch("data:text/plain,x")) instanceof Response`, "true"],
  "a form": [`(await new Response(new URLSearchParams("a=b")).formData()).get("a")`, `"b"`],
  "Headers for a response": [`new Response("x", { headers: new Headers({ "X-B": "2" }) }).headers.get("x-b")`, `"2"`],
} as const;

async function answerTo(source: string): Promise<string> {
  const app = join(folder, "app.mjs");
  writeFileSync(app, `export default { async fetch(request) { return Response.json(${source}); } };`);
  const cli = new CliProcess(["serve", app, "--port", "0", "--log-format", "none"]);
  try {
    return await (await fetch(await cli.listening(), { headers: { "X-A": "1" } })).text();
  } finally {
    cli.kill("SIGKILL");
    await cli.exit;
  }
}

for (const [what, [source, answer]] of Object.entries(QUESTIONS)) {
  test(`light globals, asked first for ${what}`, LIMIT, async () => {
    assert.equal(await answerTo(source), answer);
  });
}

const { bun, deno, node } = process.versions as Record<string, string | undefined>;

// It is 45 ms of a start. Node 24 loads it as soon as its property in globalThis is replaced, whoever does that (src/http/natives.ts).
if (bun === undefined && deno === undefined && node!.startsWith("20.")) {
  test("light globals do not load undici for an app that needs no native class", LIMIT, async () => {
    assert.equal(await answerTo(`process.moduleLoadList.some((name) => name.includes("undici"))`), "false");
  });
}
