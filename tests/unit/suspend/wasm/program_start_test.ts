import assert from "node:assert/strict";
import { test } from "node:test";
import type { CoreContext } from "../../../../src/contract/engine.ts";
import { NO_INPUT } from "../../../../src/suspend/wasm/input_source.ts";
import { redirected } from "../../../../src/suspend/wasm/program_start.ts";

test("redirected() is a GET of the other path, with no field of the body that is not there", () => {
  const env = {
    REQUEST_METHOD: "POST",
    REQUEST_URI: "/a?b",
    PATH_INFO: "/a",
    QUERY_STRING: "b",
    CONTENT_LENGTH: "4",
    CONTENT_TYPE: "text/plain",
    HTTP_TRANSFER_ENCODING: "chunked",
    HTTP_CONTENT_ENCODING: "gzip",
    HTTP_EXPECT: "100-continue",
    HTTP_COOKIE: "c=d",
  };
  const program = { name: "app.wasm", module: {} as WebAssembly.Module, folders: [] };
  const next = redirected({ request: {} as CoreContext, program, env, input: NO_INPUT, redirects: 0 }, "/e?f");
  assert.deepEqual([next.redirects, next.env], [1, {
    REQUEST_METHOD: "GET",
    REQUEST_URI: "/e?f",
    PATH_INFO: "/e",
    QUERY_STRING: "f",
    REDIRECT_URL: "/a",
    HTTP_COOKIE: "c=d",
  }]);
});
