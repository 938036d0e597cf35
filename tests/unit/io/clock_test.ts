import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { selectPlatform } from "../../../src/io/select.ts";

const { clock } = await selectPlatform();

/** Turns with work in each until something is so; Infinity if it never is. */
function turnsUntil(condition: () => boolean, workMs: number): Promise<number> {
  return new Promise((resolve) => {
    let turns = 0;
    const turn = () => {
      const end = clock.now() + workMs;
      while (clock.now() < end);
      if (condition()) resolve(turns);
      else if (++turns > 500) resolve(Infinity);
      else clock.nextTurn(turn);
    };
    turn();
  });
}

test("Clock.now() goes on evenly, and wallTime() is the time of day", async () => {
  const before = clock.now();
  await sleep(10);
  const passed = clock.now() - before;
  assert.ok(passed >= 9 && passed < 2000, `${passed} ms`);
  assert.ok(Math.abs(clock.wallTime() - Date.now()) < 1000);
});

test("Clock.setTimer() runs once, not early, and not at all once it is cancelled", async () => {
  const start = clock.now();
  let ran = 0;
  let cancelled = 0;
  const timer = clock.setTimer(10, () => cancelled++, true);
  timer.cancel();
  timer.cancel();
  const at = await new Promise<number>((resolve) =>
    clock.setTimer(20, () => {
      ran++;
      resolve(clock.now());
    }, true)
  );
  assert.ok(at - start >= 19, `after ${at - start} ms`);
  await sleep(20);
  assert.deepEqual([ran, cancelled], [1, 0]);
});

// A run queue that never rests owes the network its turn: Deno's setImmediate lets a socket wait 60 turns.
test("Clock.nextTurn() lets sockets and timers be heard within a few turns", { timeout: 20_000 }, async () => {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const accepted = new Promise<net.Socket>((resolve) => server.once("connection", resolve));
  const client = net.connect(address.port, "127.0.0.1");
  const socket = await accepted;
  const turns: number[] = [];
  for (let round = 0; round < 9; round++) {
    let heard = false;
    socket.once("data", () => heard = true);
    client.write("x");
    turns.push(await turnsUntil(() => heard, 0.2));
    let fired = false;
    clock.setTimer(1, () => fired = true, true);
    turns.push(await turnsUntil(() => fired, 2));
  }
  client.destroy();
  socket.destroy();
  server.close();
  turns.sort((one, other) => one - other);
  assert.ok((turns[9] ?? Infinity) <= 5, `turns: ${turns}`);
});

// Were it to keep the process alive, this file's run would last a minute.
test("Clock.setTimer() without keepAlive lets the process end", () => {
  clock.setTimer(60_000, () => assert.fail("the process waited"), false);
});
