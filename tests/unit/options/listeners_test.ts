import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenOptions } from "../../../src/contract/socket.ts";
import { ConfigError } from "../../../src/errors.ts";
import { type Listeners, listenersOf, mergeServeOptions } from "../../../src/options/listeners.ts";
import { fromEnvironment, type GivenOptions, readOptions } from "../../../src/options/read.ts";
import { SERVE_OPTIONS } from "../../../src/options/table.ts";

type Given = GivenOptions<typeof SERVE_OPTIONS>;

const flags = (options: Partial<Record<keyof Given, string[]>>): Given =>
  Object.fromEntries(Object.entries(options).map(([name, texts]) => [name, { source: SERVE_OPTIONS[name as keyof Given].flag, texts }]));

const variables = (values: Record<string, string>): Given => fromEnvironment(SERVE_OPTIONS, (name) => values[name]);

function listeners(given: Given, environment: Given = {}): Listeners {
  return listenersOf(readOptions(SERVE_OPTIONS, mergeServeOptions(given, environment)));
}

function listen(given: Given, environment: Given = {}): readonly ListenOptions[] {
  return listeners(given, environment).http;
}

const tcp = (hostname: string, port: number) => ({ transport: "tcp", hostname, port, backlog: 1024 });

test("listenersOf() listens on 127.0.0.1:8080 where nothing is said", () => {
  assert.deepEqual(listen({}), [tcp("127.0.0.1", 8080)]);
});

test("listenersOf() puts --host and --port together, each with its default", () => {
  assert.deepEqual(listen(flags({ port: ["3000"] })), [tcp("127.0.0.1", 3000)]);
  assert.deepEqual(listen(flags({ host: ["::1"] })), [tcp("::1", 8080)]);
  assert.deepEqual(listen(flags({ host: ["0.0.0.0"], port: ["0"] })), [tcp("0.0.0.0", 0)]);
});

test("listenersOf() gives each listener its backlog, and Unix sockets their mode", () => {
  assert.deepEqual(listen(flags({ http: [":1", "unix:/a"], listen: ["5"], chmodSocket: ["660"] })), [
    { transport: "tcp", hostname: "0.0.0.0", port: 1, backlog: 5 },
    { transport: "unix", path: "/a", mode: 0o660, backlog: 5 },
  ]);
  assert.deepEqual(listenersOf(readOptions(SERVE_OPTIONS, flags({ http: [":1", "unix:/a"] })), { gid: 5 }).http, [
    tcp("0.0.0.0", 1),
    { transport: "unix", path: "/a", owner: { gid: 5 }, backlog: 1024 },
  ]);
  assert.deepEqual(listen(flags({ http: ["unix:/a"] })), [{ transport: "unix", path: "/a", backlog: 1024 }]);
});

test("listenersOf() with --https serves plain HTTP only where that is asked for", () => {
  const files = { cert: ["c.pem"], key: ["k.pem"] };
  const https = [tcp("0.0.0.0", 443)];
  assert.deepEqual(listeners(flags({ https: [":443"], ...files })), { http: [], https });
  assert.deepEqual(listeners(flags({ https: [":443"], port: ["80"], ...files })), { http: [tcp("127.0.0.1", 80)], https });
  assert.deepEqual(listeners(flags({ https: [":443"], http: [":80"], ...files })), { http: [tcp("0.0.0.0", 80)], https });
});

test("listenersOf() wants --https, --cert and --key together", () => {
  const wrong = [[{ https: [":1"] }, "--cert"], [{ https: [":1"], cert: ["c"] }, "--key"], [
    { cert: ["c"], key: ["k"] },
    "--cert",
  ]] as const;
  for (const [given, option] of wrong) {
    const copy = Object.fromEntries(Object.entries(given).map(([name, texts]) => [name, [...texts]]));
    assert.throws(() => listeners(flags(copy)), (error) => error instanceof ConfigError && error.option === option);
  }
});

test("listenersOf() wants a --key for each --cert", () => {
  const given = (cert: string[], key: string[]) => flags({ https: [":1"], cert, key });
  assert.equal(listeners(given(["a", "b"], ["c", "d"])).https.length, 1);
  assert.throws(
    () => listeners(given(["a", "b", "c"], ["d", "e"])),
    /^ConfigError: 3 --cert and 2 --key: give each certificate its key, in the same order$/,
  );
});

test("mergeServeOptions() lets a flag win over its variable", () => {
  const merged = mergeServeOptions(flags({ async: ["5"] }), variables({ HEDDLE_ASYNC: "9", HEDDLE_QUEUE: "7" }));
  const { async, queue } = readOptions(SERVE_OPTIONS, merged);
  assert.deepEqual([async, queue], [5, 7]);
});

test("mergeServeOptions() never reads a wrong variable that a flag wins over", () => {
  assert.deepEqual(listen(flags({ http: [":1"] }), variables({ HEDDLE_HTTP: "nonsense" })), [tcp("0.0.0.0", 1)]);
});

test("mergeServeOptions() lets --port and --host win over HEDDLE_HTTP, and --http over HEDDLE_PORT and HEDDLE_HOST", () => {
  assert.deepEqual(listen(flags({ port: ["3000"] }), variables({ HEDDLE_HTTP: ":1" })), [tcp("127.0.0.1", 3000)]);
  assert.deepEqual(listen(flags({ host: ["::1"] }), variables({ HEDDLE_HTTP: ":1" })), [tcp("::1", 8080)]);
  assert.deepEqual(listen(flags({ http: [":1"] }), variables({ HEDDLE_PORT: "2", HEDDLE_HOST: "::1" })), [tcp("0.0.0.0", 1)]);
});

test("mergeServeOptions() puts --port and HEDDLE_HOST together", () => {
  assert.deepEqual(listen(flags({ port: ["3000"] }), variables({ HEDDLE_HOST: "0.0.0.0" })), [tcp("0.0.0.0", 3000)]);
});

test("mergeServeOptions() refuses --http beside one of its short forms, and names both as they were written", () => {
  assert.throws(
    () => listen(flags({ http: [":1"], port: ["2"] })),
    (error) =>
      error instanceof ConfigError && error.option === "--port" &&
      error.message === "--port: --http is given too; it says host and port already",
  );
  assert.throws(
    () => listen({}, variables({ HEDDLE_HTTP: ":1", HEDDLE_HOST: "::1" })),
    /^ConfigError: HEDDLE_HOST: HEDDLE_HTTP is given too/,
  );
});
