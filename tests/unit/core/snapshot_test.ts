import { test } from "node:test";
import assert from "node:assert/strict";
import { CorePool, WaitingPlace } from "../../../src/core/pool.ts";
import { snapshotCores } from "../../../src/core/snapshot.ts";
import { createCoreTable } from "../../../src/core/table.ts";
import { FakeClock } from "../../support/fake_clock.ts";

class Waiter {
  readonly place: WaitingPlace = new WaitingPlace(this);
  granted(): void {}
  proceed(): void {}
}

test("snapshotCores() tells each core, the totals and who waits", () => {
  const table = createCoreTable(2);
  const pool = new CorePool(table, { queue: 1, observer: {}, clock: new FakeClock() });
  pool.take();
  table.begin(0, 90, "GET", "/before");
  table.countSwitch(0);
  table.countBytes(0, 100);
  table.countException(0);
  pool.release(0);
  pool.take();
  table.begin(0, 100, "POST", "/now?x=1");
  table.countSwitch(0);
  table.countSwitch(0);
  table.countBytes(0, 11);
  table.countOffloaded(0);
  table.countStatic(0);
  table.countStatic(0);
  table.move(0, "sleep");
  assert.deepEqual(snapshotCores(table, pool, 150.5), {
    cores: [
      {
        id: 0,
        state: "sleeping",
        requests: 2,
        switches: 3,
        exceptions: 1,
        offloadedRequests: 1,
        staticRequests: 2,
        tx: 111,
        inRequest: true,
        request: { method: "POST", target: "/now?x=1", ageMs: 50.5, switches: 2 },
      },
      {
        id: 1,
        state: "idle",
        requests: 0,
        switches: 0,
        exceptions: 0,
        offloadedRequests: 0,
        staticRequests: 0,
        tx: 0,
        inRequest: false,
        request: null,
      },
    ],
    busy: 1,
    peakBusy: 1,
    queued: 0,
    stalled: 0,
    stalls: 0,
    requests: 2,
    switches: 3,
    exceptions: 1,
    offloadedRequests: 1,
    staticRequests: 2,
    tx: 111,
  });
  pool.take();
  table.begin(1, 100, "GET", "/");
  table.countBytes(1, 9);
  pool.enqueue(new Waiter());
  pool.stall(new Waiter());
  const { busy, peakBusy, queued, stalled, stalls, requests, tx } = snapshotCores(table, pool, 200);
  assert.deepEqual({ busy, peakBusy, queued, stalled, stalls, requests, tx }, {
    busy: 2,
    peakBusy: 2,
    queued: 1,
    stalled: 1,
    stalls: 1,
    requests: 3,
    tx: 120,
  });
});

test("snapshotCores() can be sent as JSON", () => {
  const table = createCoreTable(1);
  const snapshot = snapshotCores(table, new CorePool(table, { queue: 0, observer: {}, clock: new FakeClock() }), 0);
  assert.deepEqual(JSON.parse(JSON.stringify(snapshot)), snapshot);
});
