import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ConfigError } from "../../../src/errors.ts";
import type { Unit } from "../../../src/options/option.ts";
import { choice, count, duration, MODE, size, SIZE_LIMIT } from "../../../src/options/units.ts";

function refuses(unit: Unit<unknown>, texts: readonly string[]): void {
  for (const text of texts) assert.throws(() => unit.parse(text), ConfigError, `${JSON.stringify(text)} should not be read`);
}

test("count() reads every whole number within its bounds, and no other", () => {
  const unit = count(1, 5000);
  fc.assert(fc.property(fc.integer({ min: 1, max: 5000 }), (value) => assert.equal(unit.parse(String(value)), value)));
  refuses(unit, ["0", "5001", "-1", "+5", "1.5", "1e3", "0x10", "ten", "", " 5", "5 ", "1_000", "99999999999999999999"]);
});

test("duration() reads a number without a unit in the option's own unit", () => {
  assert.equal(duration("s", 1e9).parse("30"), 30_000);
  assert.equal(duration("ms", 1e9).parse("2"), 2);
});

test("duration() reads each unit, in any case, with fractions", () => {
  const unit = duration("s", 1e10);
  fc.assert(fc.property(
    fc.integer({ min: 0, max: 1000 }),
    fc.constantFrom(["ms", 1], ["s", 1000], ["m", 60_000], ["h", 3_600_000], ["MS", 1], ["S", 1000]),
    (number, [name, ms]) => assert.equal(unit.parse(`${number}${name}`), number * Number(ms)),
  ));
  assert.equal(unit.parse("1.5s"), 1500);
  assert.equal(unit.parse("1d"), 86_400_000);
});

test("duration() rounds up, so that no time above 0 becomes none", () => {
  assert.equal(duration("ms", 1000).parse("0.2"), 1);
  assert.equal(duration("s", 1000).parse("0"), 0);
});

test("duration() refuses what is none, and what is past its bound", () => {
  refuses(duration("s", 1e9), ["", "-1", "s", "30 s", "30sec", "1e3", "1m30s", "Infinity", "0x1", ".5", "5."]);
  refuses(duration("ms", 1000), ["1001", "1.1s", "1h"]);
});

test("SIZE_LIMIT reads bytes and powers of 1024, in any case", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 4096 }),
    fc.constantFrom(["", 0], ["b", 0], ["k", 10], ["kb", 10], ["KiB", 10], ["mb", 20], ["MB", 20], ["g", 30], ["gib", 30]),
    (number, [name, power]) => assert.equal(SIZE_LIMIT.parse(`${number}${name}`), number * 2 ** Number(power)),
  ));
  assert.equal(SIZE_LIMIT.parse("1.5mb"), 1_572_864);
});

test("SIZE_LIMIT reads 0 as no limit, as uWSGI's --limit-post does", () => {
  assert.equal(SIZE_LIMIT.parse("0"), Number.MAX_SAFE_INTEGER);
  assert.equal(SIZE_LIMIT.parse("0mb"), Number.MAX_SAFE_INTEGER);
});

test("SIZE_LIMIT refuses what is no size", () => {
  refuses(SIZE_LIMIT, ["", "-1", "mb", "1 mb", "1tb", "0.5", "1.0001kb", "1e6", "999999999999gb"]);
});

test("duration() refuses what is below its least", () => {
  refuses(duration("s", 1000, 1), ["0", "0ms", "0.0s"]);
  assert.equal(duration("s", 1000, 1).parse("0.5ms"), 1);
});

test("size() reads a size within its bounds, and says which they are", () => {
  const unit = size(256, 1_048_576);
  assert.deepEqual([unit.parse("256"), unit.parse("1mb"), unit.parse("8kb")], [256, 1_048_576, 8192]);
  refuses(unit, ["255", "0", "1048577", "2mb", "x", "0.5"]);
  assert.throws(() => unit.parse("0"), /^ConfigError: not from 256 to 1mb$/);
});

test("MODE reads permission bits in octal", () => {
  assert.equal(MODE.parse("660"), 0o660);
  assert.equal(MODE.parse("0666"), 0o666);
  assert.equal(MODE.parse("0o600"), 0o600);
  refuses(MODE, ["", "888", "66", "6660", "rw-", "0x1b0", "1777"]);
});

test("choice() reads a name that it has, and names the nearest one otherwise", () => {
  const unit = choice("deno", "bun", "node");
  assert.equal(unit.parse("bun"), "bun");
  assert.throws(() => unit.parse("nod"), /not one of deno, bun, node; did you mean "node"\?/);
  assert.throws(() => unit.parse("Node"), /did you mean "node"/);
  assert.throws(() => unit.parse("quickjs"), /^ConfigError: not one of deno, bun, node$/);
});

test("units throw nothing but ConfigError, whatever the text", () => {
  const units = [count(0, 10), duration("s", 1e9), duration("ms", 10), SIZE_LIMIT, size(1, 100), MODE, choice("a", "b")];
  fc.assert(fc.property(fc.string(), fc.constantFrom(...units), (text, unit) => {
    try {
      unit.parse(text);
    } catch (error) {
      assert.ok(error instanceof ConfigError);
    }
  }));
});
