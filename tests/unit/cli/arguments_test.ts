import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parseArguments } from "../../../src/cli/arguments.ts";
import { ConfigError } from "../../../src/errors.ts";
import { SERVE_OPTIONS } from "../../../src/options/table.ts";

const parse = (...args: string[]) => parseArguments(args, SERVE_OPTIONS);

test("parseArguments() reads --name VALUE and --name=VALUE, before and after operands", () => {
  assert.deepEqual(parse("--async", "10", "app.ts", "--queue=5"), {
    operands: ["app.ts"],
    options: { async: { source: "--async", texts: ["10"] }, queue: { source: "--queue", texts: ["5"] } },
    help: false,
  });
});

test("parseArguments() collects the values of an option in order", () => {
  assert.deepEqual(parse("--http", ":1", "--http=:2").options.http, { source: "--http", texts: [":1", ":2"] });
});

test("parseArguments() takes all after -- for operands", () => {
  assert.deepEqual(parse("--async", "1", "--", "--queue", "--help").operands, ["--queue", "--help"]);
});

test("parseArguments() keeps any value after = as it is", () => {
  fc.assert(fc.property(fc.string(), (text) => {
    assert.deepEqual(parse(`--http=${text}`).options.http, { source: "--http", texts: [text] });
  }));
});

test("parseArguments() sees --help and -h anywhere", () => {
  assert.equal(parse("app.ts", "--help").help, true);
  assert.equal(parse("-h").help, true);
  assert.equal(parse("app.ts").help, false);
});

test("parseArguments() names the nearest of an unknown option", () => {
  for (
    const [argument, message] of [
      ["--asinc", 'unknown option "--asinc": did you mean --async?'],
      ["--asinc=10", 'unknown option "--asinc": did you mean --async?'],
      ["-async", 'unknown option "-async": did you mean --async?'],
      ["--log", 'unknown option "--log": did you mean --log-format?'],
      ["--halp", 'unknown option "--halp": did you mean --help?'],
      ["--buffer-size", 'unknown option "--buffer-size"; see --help'],
    ]
  ) {
    assert.throws(() => parse(argument), (error) => error instanceof ConfigError && error.message === message, argument);
  }
});

test("parseArguments() says when a value is missing, and takes no option for one", () => {
  assert.throws(() => parse("--async"), /^ConfigError: --async: its value is missing; write --async N$/);
  assert.throws(() => parse("--async", "--queue", "5"), /^ConfigError: --async: its value is missing/);
  assert.throws(() => parse("--async", "--queue=5"), /^ConfigError: --async: its value is missing/);
});

test("parseArguments() takes a value that begins with a hyphen, for the option to judge", () => {
  assert.deepEqual(parse("--async", "-5").options.async, { source: "--async", texts: ["-5"] });
});
