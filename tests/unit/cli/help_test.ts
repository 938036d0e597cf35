import assert from "node:assert/strict";
import { test } from "node:test";
import { mainHelp, serveHelp, staticHelp } from "../../../src/cli/help.ts";
import { environmentName, type Option } from "../../../src/options/option.ts";
import { SERVE_OPTIONS } from "../../../src/options/table.ts";

const OPTIONS: readonly Option<unknown>[] = Object.values(SERVE_OPTIONS);

test("serveHelp() fits in 100 columns, without spaces at a line's end", () => {
  for (const line of [serveHelp(), mainHelp(), staticHelp()].join("\n").split("\n")) {
    assert.ok(line.length <= 100, line);
    assert.equal(line, line.trimEnd());
  }
});

test("serveHelp() shows each option with its placeholder, default and variable, under its group", () => {
  const lines = serveHelp().split("\n");
  for (const option of OPTIONS) {
    const at = lines.findIndex((line) => line.startsWith(`  ${`${option.flag} ${option.unit.placeholder}`.trimEnd()}  `));
    assert.notEqual(at, -1, option.flag);
    const next = lines.findIndex((line, index) => index > at && !line.startsWith("   "));
    const text = lines.slice(at, next).join(" ").replace(/ +/g, " ");
    assert.ok(text.includes(`[default: ${option.default ?? option.otherwise}]`), option.flag);
    assert.ok(text.includes(`[env: ${environmentName(option.flag)}]`), option.flag);
    const heading = lines.slice(0, at).findLast((line) => line !== "" && !line.startsWith(" "));
    assert.equal(heading, option.group);
  }
});

test("serveHelp() has two examples, and the exit codes", () => {
  assert.equal(serveHelp().split("\n").filter((line) => line.startsWith("  heddle serve ")).length, 2);
  assert.match(serveHelp(), /Exit codes: 0 /);
});

test("mainHelp() names the command and where its options are listed", () => {
  assert.match(mainHelp(), /^Usage: heddle COMMAND$/m);
  assert.match(mainHelp(), /heddle serve --help/);
});

test("staticHelp() shows its short forms, and what is of use without an app", () => {
  for (const flag of ["--spa", "--cors", "--quiet", "--port PORT", "--static-listing", "--log-format NAME"]) {
    assert.match(staticHelp(), new RegExp(`^  ${flag}  `, "m"));
  }
  assert.doesNotMatch(staticHelp(), /--async|HEDDLE_SPA/);
});
