import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../../src/errors.ts";
import { fromEnvironment, readOptions } from "../../../src/options/read.ts";
import { SERVE_OPTIONS } from "../../../src/options/table.ts";

const environment = (variables: Record<string, string>) => fromEnvironment(SERVE_OPTIONS, (name) => variables[name]);

test("readOptions() gives every default where nothing is given", () => {
  assert.deepEqual(readOptions(SERVE_OPTIONS, {}), {
    http: [],
    https: [],
    cert: [],
    key: [],
    port: null,
    host: null,
    chmodSocket: null,
    chownSocket: null,
    listen: 1024,
    trustProxy: [],
    trustProxyFields: [],
    proxyProtocol: [],
    async: null,
    queue: 1024,
    queueTimeoutMs: 0,
    shed: null,
    sliceMs: 2,
    limitPostBytes: 1_048_576,
    limitPostMaxBytes: null,
    postBufferingBytes: 65_536,
    writeBufferBytes: 67_108_864,
    limitTargetBytes: 8192,
    limitFieldBytes: 8192,
    limitFieldCount: 100,
    limitHeadBytes: 16_384,
    connections: null,
    keepAliveRequests: 0,
    handshakeMs: 10_000,
    firstByteMs: 30_000,
    headMs: 10_000,
    bodyIdleMs: 30_000,
    bodyRate: 240,
    keepAliveMs: 75_000,
    writeStallMs: 30_000,
    harakiriMs: 0,
    harakiriRoutes: [],
    harakiriLost: null,
    reloadMercyMs: 30_000,
    staticSkipExt: [],
    checkStatic: [],
    staticMap: [],
    staticMap2: [],
    staticIndex: [],
    staticRedirect: true,
    staticListing: false,
    staticFallback: null,
    static404: null,
    staticDotfiles: false,
    staticSafe: [],
    staticGzip: false,
    staticExpires: [],
    mimeFile: [],
    staticCors: false,
    staticCacheBytes: 67_108_864,
    staticCacheTtlMs: 1000,
    staticCachePathsMs: 0,
    offload: 10_000,
    io: null,
    loop: null,
    denoServe: null,
    bunServe: null,
    nodeHttp: null,
    loopList: false,
    suspend: null,
    wasmMemoryMb: 64,
    wasmDirs: [],
    globals: "light",
    harakiriVerbose: false,
    logFormat: "uwsgi",
  });
});

test("readOptions() reads what is given", () => {
  const values = readOptions(SERVE_OPTIONS, {
    async: { source: "--async", texts: ["10"] },
    http: { source: "--http", texts: [":1", "unix:/a"] },
    logFormat: { source: "--log-format", texts: ["none"] },
  });
  assert.equal(values.async, 10);
  assert.deepEqual(values.http, [{ transport: "tcp", hostname: "0.0.0.0", port: 1 }, { transport: "unix", path: "/a" }]);
  assert.equal(values.logFormat, "none");
});

test("readOptions() names option, text and reason of a wrong value", () => {
  assert.throws(
    () => readOptions(SERVE_OPTIONS, { async: { source: "--async", texts: ["ten"] } }),
    (error) =>
      error instanceof ConfigError && error.option === "--async" && error.message === '--async "ten": not a whole number from 1 to 1000000',
  );
});

test("readOptions() names the variable of a wrong value of the environment", () => {
  assert.throws(
    () => readOptions(SERVE_OPTIONS, environment({ HEDDLE_LIMIT_POST: "lots" })),
    (error) =>
      error instanceof ConfigError && error.option === "HEDDLE_LIMIT_POST" &&
      error.message.startsWith('HEDDLE_LIMIT_POST "lots": not a size'),
  );
});

test("readOptions() refuses a second value of an option that takes one", () => {
  assert.throws(
    () => readOptions(SERVE_OPTIONS, { async: { source: "--async", texts: ["1", "2"] } }),
    /^ConfigError: --async: given 2 times, with "1" and "2"; give it once$/,
  );
});

test("fromEnvironment() splits a repeatable option's variable at commas, and no other's", () => {
  assert.deepEqual(environment({ HEDDLE_HTTP: "127.0.0.1:1, [::1]:2,unix:/a", HEDDLE_ASYNC: "1,2" }), {
    http: { source: "HEDDLE_HTTP", texts: ["127.0.0.1:1", "[::1]:2", "unix:/a"] },
    async: { source: "HEDDLE_ASYNC", texts: ["1,2"] },
  });
});

test("fromEnvironment() splits a list with line breaks at these alone, and rules of expiry at the commas behind their seconds", () => {
  const textsOf = (HEDDLE_STATIC_EXPIRES: string) => environment({ HEDDLE_STATIC_EXPIRES }).staticExpires?.texts;
  assert.deepEqual(textsOf("a{1,3}=5,b=mtime+1.5h , type:c,d{2,}=7d"), ["a{1,3}=5", "b=mtime+1.5h", "type:c,d{2,}=7d"]);
  assert.deepEqual(textsOf("a{1,3}"), ["a{1,3}"]);
  assert.deepEqual(textsOf("\n a=1,2=3\r\n\n b=4\n"), ["a=1,2=3", "b=4"]);
  assert.deepEqual(environment({ HEDDLE_STATIC_MAP: "/a=./x,y\n/b=./z" }).staticMap?.texts, ["/a=./x,y", "/b=./z"]);
});

test("fromEnvironment() takes an empty variable for an unset one", () => {
  assert.deepEqual(environment({ HEDDLE_ASYNC: "", HEDDLE_HTTP: "  " }), {});
});

test("fromEnvironment() asks for the variables of the table, and no other", () => {
  const asked: string[] = [];
  fromEnvironment(SERVE_OPTIONS, (name) => {
    asked.push(name);
    return undefined;
  });
  assert.equal(asked.length, Object.keys(SERVE_OPTIONS).length);
  assert.ok(asked.every((name) => name.startsWith("HEDDLE_")));
});
