import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFigure, formatNumber, formatRounds } from "../../../bench/report/format.ts";

test("formatFigure() shows three places that count, and the unit", () => {
  assert.equal(formatFigure(18.234, "us"), "18.2 us");
  assert.equal(formatFigure(0.8512, "us"), "0.85 us");
  assert.equal(formatFigure(1234.5, "us"), "1,235 us");
  assert.equal(formatFigure(83, "ms"), "83.0 ms");
});

test("formatFigure() shows memory in KB, and from a million bytes on in MB", () => {
  assert.equal(formatFigure(240, "bytes"), "0.2 KB");
  assert.equal(formatFigure(5912, "bytes"), "5.9 KB");
  assert.equal(formatFigure(-2_360_000, "bytes"), "-2.4 MB");
});

test("formatNumber() counts places of a negative number alike", () => {
  assert.deepEqual([-1.234, -12.34, -1234].map(formatNumber), ["-1.23", "-12.3", "-1,234"]);
});

test("formatRounds() names turns where there are several", () => {
  assert.deepEqual([formatRounds(5, 5), formatRounds(3, 1), formatRounds(1, 2)], [
    "5 rounds with 5 turns",
    "3 rounds",
    "1 round with 2 turns",
  ]);
});
