import assert from "node:assert/strict";
import { test } from "node:test";
import { environmentName, type Option } from "../../../src/options/option.ts";
import { SERVE_OPTIONS } from "../../../src/options/table.ts";

const OPTIONS: ReadonlyArray<readonly [string, Option<unknown>]> = Object.entries(SERVE_OPTIONS);

test("SERVE_OPTIONS has flag, group, unit and help for every option", () => {
  for (const [name, option] of OPTIONS) {
    assert.match(option.flag, /^--[a-z]+(-[a-z0-9]+)*$/, name);
    assert.ok(option.group.length > 0, name);
    assert.match(option.unit.placeholder, option.unit.alone === undefined ? /^[A-Z]+$/ : /^$/, name);
    assert.ok(option.unit.spelling.length > 0, name);
    assert.match(option.help, /^[A-Z].*[^.]$/, `${name}: one sentence, without a full stop`);
  }
});

test("SERVE_OPTIONS has a default, or says what goes for it", () => {
  for (const [name, option] of OPTIONS) assert.ok(option.default !== null || option.otherwise !== undefined, name);
});

test("SERVE_OPTIONS has defaults that its units read", () => {
  for (const [name, option] of OPTIONS) {
    if (option.default !== null) assert.doesNotThrow(() => option.unit.parse(option.default as string), name);
  }
});

test("SERVE_OPTIONS gives each option a flag and a variable of its own", () => {
  const flags = OPTIONS.map(([, option]) => option.flag);
  assert.equal(new Set(flags).size, flags.length);
  assert.equal(new Set(flags.map(environmentName)).size, flags.length);
});

test("SERVE_OPTIONS keeps the options of a group together", () => {
  const groups = OPTIONS.map(([, option]) => option.group);
  assert.deepEqual(groups.filter((group, index) => group !== groups[index - 1]), [...new Set(groups)]);
});

test("environmentName() is the flag in capitals, with underscores", () => {
  assert.equal(environmentName("--limit-post"), "HEDDLE_LIMIT_POST");
});
