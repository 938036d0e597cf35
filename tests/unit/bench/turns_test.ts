import assert from "node:assert/strict";
import { test } from "node:test";
import { takeTurns } from "../../../bench/turns.ts";
import { contestant } from "../../support/bench_report.ts";

test("takeTurns() makes those of one runtime ready, and measures A B A B", async () => {
  const [a, b, other] = [contestant("a"), contestant("b"), { ...contestant("other"), runtime: "bun" as const }];
  let figure = 0;
  const heard: string[] = [];
  const taken = await takeTurns(
    [a, other, b],
    { rounds: 2, turns: 2 },
    ({ name }) => {
      heard.push(`${name} ready`);
      return Promise.resolve({
        measure: () => Promise.resolve({ figure: ++figure, traffic: null }),
        end: () => Promise.resolve(void heard.push(`${name} over`)),
      });
    },
    (done, all, { name }) => heard.push(`${done}/${all} ${name}`),
  );
  const first = ["a ready", "b ready", "1/12 a", "2/12 b", "3/12 a", "4/12 b", "a over", "b over"];
  assert.deepEqual(heard.slice(0, 12), [...first, "other ready", "5/12 other", "6/12 other", "other over"]);
  assert.equal(heard.length, 24);
  assert.deepEqual(taken.get(a)?.rounds.map((round) => round.figure), [1, 3, 7, 9]);
  assert.deepEqual(taken.get(other), { rounds: [5, 6, 11, 12].map((figure) => ({ figure, traffic: null })), error: null });
});

test("takeTurns() measures all together where one is held against several runtimes", async () => {
  const all = (["node", "bun", "nginx"] as const).map((runtime) => contestant(runtime, "heddle", runtime));
  const heard: string[] = [];
  const ready = { measure: () => Promise.resolve({ figure: 1, traffic: null }), end: () => Promise.resolve() };
  await takeTurns(all, { rounds: 1, turns: 2 }, () => Promise.resolve(ready), (_done, _all, { name }) => heard.push(name));
  assert.deepEqual(heard, ["node", "bun", "nginx", "node", "bun", "nginx"]);
});

test("takeTurns() leaves out who failed once, and goes on with the others", async () => {
  const [a, b, c] = [contestant("a"), contestant("b"), contestant("c")];
  const asked: string[] = [];
  const heard: string[] = [];
  const ended: string[] = [];
  const taken = await takeTurns(
    [a, b, c],
    { rounds: 2, turns: 2 },
    ({ name }) =>
      name === "c" ? Promise.reject(new Error("it did not start")) : Promise.resolve({
        measure() {
          asked.push(name);
          return name === "a" && asked.length > 1 ? Promise.reject(new Error("it fell")) : Promise.resolve({ figure: 1, traffic: null });
        },
        end: () => Promise.resolve(void ended.push(name)),
      }),
    (done, _all, { name }, result) => heard.push(`${done} ${name}${result instanceof Error ? " failed" : ""}`),
  );
  assert.deepEqual(asked, ["a", "b", "a", "b", "b", "b"]);
  assert.deepEqual(heard, ["0 c failed", "1 a", "2 b", "4 a failed", "5 b", "8 b", "11 b"]);
  assert.deepEqual(ended, ["a", "b", "b"]);
  assert.deepEqual(taken.get(a), { rounds: [{ figure: 1, traffic: null }], error: "it fell" });
  assert.deepEqual([taken.get(b)?.rounds.length, taken.get(c)?.error], [4, "it did not start"]);
});

test("takeTurns() ends those that are ready when its progress throws", async () => {
  let over = 0;
  const ready = { measure: () => Promise.resolve({ figure: 1, traffic: null }), end: () => Promise.resolve(void over++) };
  const run = takeTurns([contestant("a"), contestant("b")], { rounds: 1, turns: 1 }, () => Promise.resolve(ready), () => {
    throw new Error("nobody listens");
  });
  await assert.rejects(run, /nobody listens/);
  assert.equal(over, 2);
});
