import assert from "node:assert/strict";
import { test } from "node:test";
import type { App } from "../../../src/contract/app.ts";
import { listenersOf } from "../../../src/options/listeners.ts";
import { optionMisfits } from "../../../src/options/misfits.ts";
import { fromEnvironment, readOptions } from "../../../src/options/read.ts";
import { SERVE_OPTIONS } from "../../../src/options/table.ts";

const TLS = { HEDDLE_HTTPS: ":8443", HEDDLE_CERT: "cert.pem", HEDDLE_KEY: "key.pem" };
const PROXY = { HEDDLE_PROXY_PROTOCOL: "10.0.0.0/8" };
const FILE = { HEDDLE_CHMOD_SOCKET: "660", HEDDLE_CHOWN_SOCKET: "www" };

function misfits(variables: Record<string, string>, descriptorLimit: number | null = 100, kind: App["kind"] = "fetch"): string[] {
  const values = readOptions(SERVE_OPTIONS, fromEnvironment(SERVE_OPTIONS, (name) => variables[name]));
  return optionMisfits(values, listenersOf(values), descriptorLimit, kind);
}

test("optionMisfits() says nothing where all fits", () => {
  assert.deepEqual(misfits({}), []);
  assert.deepEqual(misfits({ HEDDLE_CONNECTIONS: "99", ...PROXY }), []);
  assert.deepEqual(misfits({ HEDDLE_HTTP: "unix:/a", ...FILE }), []);
});

test("optionMisfits() names more connections than descriptors, where their number is known", () => {
  assert.match(misfits({ HEDDLE_CONNECTIONS: "100" }).join("\n"), /^--connections 100: [^\n]*100 files[^\n]*lower --connections$/);
  assert.deepEqual(misfits({ HEDDLE_CONNECTIONS: "100" }, null), []);
});

test("optionMisfits() names options of a Unix socket where there is none", () => {
  assert.deepEqual(misfits(FILE).map((line) => line.split(" ")[0]), ["--chmod-socket", "--chown-socket"]);
});

test("optionMisfits() says that --proxy-protocol is not read before TLS", () => {
  assert.match(misfits({ ...PROXY, ...TLS }).join("\n"), /^--proxy-protocol is read on no listener: [^\n]*--https$/);
  assert.match(misfits({ ...PROXY, ...TLS, HEDDLE_PORT: "0" }).join("\n"), /^--proxy-protocol is read on the plain listeners alone: /);
});

test("optionMisfits() names folders of a program where the app is none", () => {
  const variables = { HEDDLE_WASM_DIR: "/data=/srv" };
  assert.match(misfits(variables).join(), /^--wasm-dir does nothing: the app is no WebAssembly program$/);
  assert.deepEqual(misfits(variables, 100, "wasm"), []);
});

test("optionMisfits() names each option of static files that differs from its default, where no folder is served", () => {
  const variables = {
    HEDDLE_STATIC_REDIRECT: "no",
    HEDDLE_STATIC_CACHE_BYTES: "0",
    HEDDLE_STATIC_CACHE_TTL: "2",
    HEDDLE_STATIC_CACHE_PATHS: "1",
    HEDDLE_STATIC_GZIP: "yes",
    HEDDLE_STATIC_404: "404.html",
    HEDDLE_STATIC_SAFE: "/srv",
    HEDDLE_OFFLOAD: "5",
  };
  const flags = Object.keys(variables).map((name) => `--${name.slice(7).toLowerCase().replaceAll("_", "-")}`);
  assert.deepEqual(misfits(variables).map((line) => line.split(" ")[0]).sort(), flags.sort());
  assert.match(misfits(variables)[0]!, /does nothing: no folder's files are served; name one by --static-map \/PREFIX=DIR/);
  assert.deepEqual(misfits({ ...variables, HEDDLE_STATIC_MAP: "/a=." }, 100, "fetch").map((line) => line.split(" ")[0]), ["--static-404"]);
  assert.deepEqual(misfits({ HEDDLE_STATIC_CACHE_TTL: "1000ms", HEDDLE_STATIC_REDIRECT: "yes" }), []);
});
