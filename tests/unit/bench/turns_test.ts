import assert from "node:assert/strict";
import { test } from "node:test";
import { takeTurns } from "../../../bench/turns.ts";
import { contestant } from "../../support/bench_report.ts";

test("takeTurns() takes A B A B", async () => {
  const [a, b] = [contestant("a"), contestant("b")];
  let figure = 0;
  const heard: string[] = [];
  const taken = await takeTurns(
    [a, b],
    2,
    () => Promise.resolve({ figure: ++figure, traffic: null }),
    (done, all, { name }) => heard.push(`${done}/${all} ${name}`),
  );
  assert.deepEqual(heard, ["1/4 a", "2/4 b", "3/4 a", "4/4 b"]);
  assert.deepEqual(taken.get(a), { rounds: [{ figure: 1, traffic: null }, { figure: 3, traffic: null }], error: null });
  assert.deepEqual(taken.get(b)?.rounds.map(({ figure }) => figure), [2, 4]);
});

test("takeTurns() leaves out who failed once, and goes on with the others", async () => {
  const [a, b] = [contestant("a"), contestant("b")];
  const asked: string[] = [];
  const heard: string[] = [];
  const taken = await takeTurns(
    [a, b],
    3,
    ({ name }) => {
      asked.push(name);
      return name === "a" && asked.length > 1 ? Promise.reject(new Error("it fell")) : Promise.resolve({ figure: 1, traffic: null });
    },
    (done, _all, { name }, result) => heard.push(`${done} ${name}${result instanceof Error ? " failed" : ""}`),
  );
  assert.deepEqual(asked, ["a", "b", "a", "b", "b"]);
  assert.deepEqual(heard, ["1 a", "2 b", "3 a failed", "4 b", "6 b"]);
  assert.deepEqual(taken.get(a), { rounds: [{ figure: 1, traffic: null }], error: "it fell" });
  assert.equal(taken.get(b)?.rounds.length, 3);
});
