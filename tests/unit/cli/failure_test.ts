import assert from "node:assert/strict";
import { test } from "node:test";
import { EXIT_CODE_MEANINGS, EXIT_CODES } from "../../../src/cli/exit_codes.ts";
import { describeFailure } from "../../../src/cli/failure.ts";
import { BrokenError, ConfigError, UnsupportedError } from "../../../src/errors.ts";

test("describeFailure() gives one line and the exit code of the error's kind", () => {
  for (
    const [error, code] of [
      [new ConfigError("--async", "--async: no"), EXIT_CODES.usage],
      [new ConfigError(null, "load app: no"), EXIT_CODES.app],
      [new UnsupportedError("Node 20.20.2", "cannot"), EXIT_CODES.usage],
      [new BrokenError("listen on 127.0.0.1:80: address in use"), EXIT_CODES.listen],
    ] as const
  ) {
    assert.deepEqual(describeFailure(error), { text: `heddle: ${error.message}\n`, code });
  }
});

test("describeFailure() keeps a message to its line", () => {
  assert.equal(describeFailure(new ConfigError(null, "a\nb\x1b[2J")).text, "heddle: a\\nb\\x1b[2J\n");
});

test("describeFailure() calls any other error a bug, and gives its stack", () => {
  const { text, code } = describeFailure(new TypeError("x is undefined"));
  assert.equal(code, EXIT_CODES.bug);
  assert.match(text, /^heddle: a bug in heddle, please report it:\n\[ERROR\] app: TypeError: x is undefined\n {4}at /);
});

test("describeFailure() says how to install a package that heddle lacks", () => {
  const error = Object.assign(new Error("Cannot find package 'mime' imported from /srv/content_type.ts"), { code: "ERR_MODULE_NOT_FOUND" });
  const { text, code } = describeFailure(error);
  assert.equal(code, EXIT_CODES.usage);
  assert.match(text, /^heddle: its package "mime" is not installed: in a checkout, run "deno install" first .*\n$/);
});

test("EXIT_CODES are all explained, and each its own", () => {
  const codes = Object.values(EXIT_CODES).map(String);
  assert.equal(new Set(codes).size, codes.length);
  for (const code of codes) assert.ok(EXIT_CODE_MEANINGS.some(([explained]) => explained === code), code);
});
