import assert from "node:assert/strict";
import { test } from "node:test";
import type { BodySource } from "../../../src/contract/body.ts";
import type { RequestHead } from "../../../src/contract/head.ts";
import { cgiEnv, type CgiInput } from "../../../src/gateway/cgi_env.ts";

function headOf(target: string, fields: ReadonlyArray<readonly [string, string]>, more: Partial<RequestHead> = {}): RequestHead {
  return {
    method: "GET",
    target,
    targetScheme: null,
    minor: 1,
    protocol: "HTTP/1.1",
    bytes: 0,
    authority: "example.com",
    path: target,
    framing: { kind: "none" },
    expectsContinue: false,
    keepAlive: true,
    fields: {
      count: fields.length,
      name: (index) => fields[index]![0],
      value: (index) => fields[index]![1],
      joined: () => assert.fail("not used"),
      first: (name) => fields.find(([other]) => other.toLowerCase() === name)?.[1] ?? null,
    },
    ...more,
  };
}

const LOCAL = { transport: "tcp", hostname: "127.0.0.1", port: 8080 } as const;
const REMOTE = { transport: "tcp", hostname: "192.0.2.7", port: 50_000 } as const;

const envOf = (head: RequestHead, body: BodySource | null = null) =>
  cgiEnv({ head, scheme: "http", local: LOCAL, remote: REMOTE, body, core: 3 });

test("cgiEnv() has the variables of PEP 3333", () => {
  const env = envOf(headOf("/a%20b/c?q=1?2", [["Host", "example.com"], ["Content-Type", "text/plain"], ["Content-Length", "3"]]));
  const { "wsgi.input": input, ...rest } = env;
  assert.equal(typeof (input as CgiInput).read, "function");
  assert.deepEqual(rest, {
    REQUEST_METHOD: "GET",
    REQUEST_URI: "/a%20b/c?q=1?2",
    SCRIPT_NAME: "",
    PATH_INFO: "/a b/c",
    QUERY_STRING: "q=1?2",
    SERVER_PROTOCOL: "HTTP/1.1",
    SERVER_NAME: "127.0.0.1",
    SERVER_PORT: "8080",
    REMOTE_ADDR: "192.0.2.7",
    REMOTE_PORT: "50000",
    REQUEST_SCHEME: "http",
    "wsgi.url_scheme": "http",
    "heddle.core": 3,
    HTTP_HOST: "example.com",
    CONTENT_TYPE: "text/plain",
    CONTENT_LENGTH: "3",
  });
});

test("cgiEnv() joins duplicates: cookies by a semicolon, the others by a comma", () => {
  const env = envOf(headOf("/", [["Accept", "a"], ["cookie", "a=1"], ["accept", "b"], ["Cookie", "b=2"]]));
  assert.equal(env.HTTP_ACCEPT, "a, b");
  assert.equal(env.HTTP_COOKIE, "a=1; b=2");
});

test("cgiEnv() leaves out what could pass for another variable", () => {
  const env = envOf(headOf("/", [["X_Forwarded_For", "1.2.3.4"], ["Proxy", "http://evil/"]]));
  assert.equal("HTTP_X_FORWARDED_FOR" in env, false);
  assert.equal("HTTP_PROXY" in env, false);
});

test('cgiEnv() leaves a "%" alone that starts no escape', () => {
  assert.equal(envOf(headOf("/100%/%zz/%2", [])).PATH_INFO, "/100%/%zz/%2");
});

test("cgiEnv() wsgi.input gives the body's chunks, and nothing where there is none", async () => {
  const chunks = [new Uint8Array([1]), new Uint8Array([2, 3])];
  const body: BodySource = { length: 3, read: () => Promise.resolve(chunks.shift() ?? null), takeWhole: () => null, cancel() {} };
  const seen: number[] = [];
  for await (const chunk of envOf(headOf("/", []), body)["wsgi.input"] as CgiInput) seen.push(...chunk);
  assert.deepEqual(seen, [1, 2, 3]);
  assert.equal((envOf(headOf("/", []))["wsgi.input"] as CgiInput).read(), null);
});
