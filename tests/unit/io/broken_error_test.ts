import assert from "node:assert/strict";
import { test } from "node:test";
import { brokenError, errorCode } from "../../../src/io/broken_error.ts";

const systemError = (code: string) => Object.assign(new Error(`bind ${code} 127.0.0.1:80`), { code });

test("brokenError() says what was attempted and what stood in the way", () => {
  const cause = systemError("EADDRINUSE");
  const error = brokenError("listen on 127.0.0.1:80", cause);
  assert.equal(error.message, "listen on 127.0.0.1:80: address in use");
  assert.equal(error.cause, cause);
  assert.equal(error.code, "HEDDLE_BROKEN");
});

test("brokenError() gives the runtime's words for an error it does not know", () => {
  assert.equal(brokenError("connect to x:1", systemError("EWHAT")).message, "connect to x:1: bind EWHAT 127.0.0.1:80");
  assert.equal(brokenError("connect to x:1", "odd").message, "connect to x:1: odd");
});

test("errorCode() is null for what is no system error", () => {
  assert.equal(errorCode(systemError("EPIPE")), "EPIPE");
  assert.equal(errorCode(new Error("plain")), null);
  assert.equal(errorCode(Object.assign(new Error("numbered"), { code: 5 })), null);
  assert.equal(errorCode(undefined), null);
});
