import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RequestRecord } from "../../../src/contract/observer.ts";
import { LOG_FORMATS, type LogFormatName } from "../../../src/observe/log_formats.ts";

const CONTEXT = { pid: 4711, requests: 12 };
const NAMES = Object.keys(LOG_FORMATS) as LogFormatName[];

function record(over: Partial<RequestRecord> = {}): RequestRecord {
  const fields: Record<string, string> = { "user-agent": "curl/8.5.0", referer: "http://localhost/" };
  return {
    remote: { transport: "tcp", hostname: "127.0.0.1", port: 40_000 },
    method: "GET",
    target: "/a?b=c",
    protocol: "HTTP/1.1",
    status: 200,
    requestFields: 3,
    requestHeadBytes: 78,
    bodyBytes: 13,
    headBytes: 101,
    fields: 4,
    startedAt: new Date(2026, 10, 4, 8, 5, 9, 250).getTime(),
    durationMs: 12.3456,
    switches: 3,
    core: 9,
    aborted: false,
    field: (name) => fields[name] ?? null,
    ...over,
  };
}

test("uwsgi is uWSGI's own line", () => {
  assert.equal(
    LOG_FORMATS.uwsgi(record(), CONTEXT),
    "[pid: 4711|app: 0|req: 12/12] 127.0.0.1 () {3 vars in 78 bytes} [Wed Nov  4 08:05:09 2026] GET /a?b=c => generated 13 bytes in 12 msecs " +
      "(HTTP/1.1 200) 4 headers in 101 bytes (3 switches on core 9)\n",
  );
});

test("common is the Common Log Format, in local time with its distance from UTC", () => {
  const line = LOG_FORMATS.common(record(), CONTEXT);
  assert.match(line, /^127\.0\.0\.1 - - \[04\/Nov\/2026:08:05:09 [+-]\d{4}\] "GET \/a\?b=c HTTP\/1\.1" 200 13\n$/);
  const [, sign, hours, minutes] = /([+-])(\d\d)(\d\d)\]/.exec(line) ?? [];
  assert.equal(new Date(record().startedAt).getTimezoneOffset(), (sign === "+" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) || 0);
});

test("common writes a hyphen for an empty body, and 000 where no answer left", () => {
  assert.match(LOG_FORMATS.common(record({ bodyBytes: 0, status: 0 }), CONTEXT), /" 000 -\n$/);
});

test("combined adds referer and user agent, with hyphens where there are none", () => {
  const common = LOG_FORMATS.common(record(), CONTEXT).trimEnd();
  assert.equal(LOG_FORMATS.combined(record(), CONTEXT), `${common} "http://localhost/" "curl/8.5.0"\n`);
  assert.equal(LOG_FORMATS.combined(record({ field: () => null }), CONTEXT), `${common} "-" "-"\n`);
});

test("json is one object a line, with the time in UTC", () => {
  const startedAt = Date.UTC(2026, 10, 24, 18, 5, 9, 250);
  assert.deepEqual(JSON.parse(LOG_FORMATS.json(record({ startedAt }), CONTEXT)), {
    time: "2026-11-24T18:05:09.250Z",
    remote: "127.0.0.1",
    method: "GET",
    target: "/a?b=c",
    protocol: "HTTP/1.1",
    status: 200,
    bytes: 13,
    head_bytes: 101,
    request_head_bytes: 78,
    duration_ms: 12.346,
    core: 9,
    switches: 3,
    aborted: false,
    referer: "http://localhost/",
    user_agent: "curl/8.5.0",
  });
});

test("LOG_FORMATS write one line of printable ASCII, whatever the client sent", () => {
  const latin1 = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
  fc.assert(fc.property(fc.constantFrom(...NAMES), latin1, latin1, latin1, (name, method, target, value) => {
    assert.match(LOG_FORMATS[name](record({ method, target, field: () => value }), CONTEXT), /^[\x20-\x7e]+\n$/);
  }));
});

test("LOG_FORMATS keep their columns, whatever the client sent: a target cannot forge a status, nor a field a quote", () => {
  const target = '/" 200 1\n127.0.0.1 - - [x] "GET /forged HTTP/1.1" 200 1';
  const hostile = record({ target, field: () => 'x" "y\\' });
  const combined = LOG_FORMATS.combined(hostile, CONTEXT);
  assert.equal(combined.split('"').length, 7);
  assert.match(combined, /^\S+ - - \[[^\]]+\] "GET \S+ HTTP\/1\.1" 200 13 "[^"]+" "[^"]+"\n$/);
  assert.match(LOG_FORMATS.uwsgi(hostile, CONTEXT), /\] GET \S+ => generated 13 bytes in 12 msecs \(HTTP\/1\.1 200\)/);
  assert.equal(JSON.parse(LOG_FORMATS.json(hostile, CONTEXT)).target, target);
});

test("LOG_FORMATS name a client on a Unix socket, and IPv6", () => {
  for (const name of NAMES) {
    assert.match(LOG_FORMATS[name](record({ remote: { transport: "unix", path: "" } }), CONTEXT), /unix:/);
    assert.match(LOG_FORMATS[name](record({ remote: { transport: "tcp", hostname: "::1", port: 1 } }), CONTEXT), /::1/);
  }
});
