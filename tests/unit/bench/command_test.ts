import assert from "node:assert/strict";
import { test } from "node:test";
import { readCommand, UsageError } from "../../../bench/command.ts";
import { WORKLOADS } from "../../../bench/workloads/all.ts";

function names(...args: string[]): string[] {
  return readCommand(args).workloads.map(({ name }) => name);
}

test("readCommand() takes everything, and keeps it, if nothing is said", () => {
  assert.deepEqual(readCommand([]), {
    workloads: WORKLOADS,
    runtimes: null,
    rounds: null,
    turns: 5,
    seconds: 1,
    warmUpSeconds: 4,
    requests: null,
    save: true,
    instead: null,
  });
});

test("readCommand() tells workloads from runtimes, in any order", () => {
  const { workloads, runtimes } = readCommand(["bun", "json", "hello", "node", "json"]);
  assert.deepEqual(workloads.map(({ name }) => name), ["json", "hello"]);
  assert.deepEqual(runtimes, new Set(["bun", "node"]));
});

test("readCommand() takes a name's beginning for all workloads that begin so, unless one has just that name", () => {
  assert.deepEqual(names("memory"), ["memory-idle", "memory-waiting", "memory-thread", "memory-after"]);
  assert.deepEqual(names("hello"), ["hello"]);
});

test("readCommand() takes numbers behind a space and behind =", () => {
  const { rounds, turns, seconds, warmUpSeconds, requests, save } = readCommand(
    ["--rounds", "2", "--turns", "3", "--seconds=5", "--warm-up", "1", "--requests=1000", "--no-save"],
  );
  assert.deepEqual([rounds, turns, seconds, warmUpSeconds, requests, save], [2, 3, 5, 1, 1000, false]);
});

test("readCommand() does something instead of measuring, help before the list", () => {
  assert.equal(readCommand(["--list"]).instead, "list");
  assert.equal(readCommand(["--list", "--help"]).instead, "help");
});

test("readCommand() refuses what it does not know, and names what is near", () => {
  const message = (...args: string[]) => {
    try {
      readCommand(args);
    } catch (error) {
      assert.ok(error instanceof UsageError);
      return error.message;
    }
    throw new Error("it was taken");
  };
  assert.match(message("helo"), /no workload or runtime "helo"; did you mean "hello"\?/);
  assert.match(message("xxxxxxxxxxxx"), /--list shows them/);
  assert.match(message("--round", "3"), /no option "--round"; did you mean "--rounds"\?/);
  for (const value of ["0", "-1", "1.5", "x", ""]) assert.match(message("--rounds", value), /takes a whole number from 1/);
  assert.match(message("--rounds"), /takes a whole number from 1$/);
});
