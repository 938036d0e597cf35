import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoopBody } from "../../../src/contract/loop.ts";
import type { ActiveRequest } from "../../../src/serve/active_request.ts";
import type { Deadlines } from "../../../src/serve/deadlines.ts";
import { LoopIntake, type LoopIntakeOwner } from "../../../src/serve/loop_intake.ts";
import { RequestBody } from "../../../src/serve/request_body.ts";

/** A body of which nothing ever comes. */
class Silent implements LoopBody {
  reads = 0;
  cancelled = false;

  read(): Promise<Uint8Array | null> {
    this.reads++;
    return new Promise(() => {});
  }

  cancel(): void {
    this.cancelled = true;
  }
}

test("a body that the app has cancelled is not waited for, though its loop still is", () => {
  const source = new Silent();
  const reading: boolean[] = [];
  const deadlines = { awaitBody: (is: boolean) => reading.push(is), setReading: (is: boolean) => reading.push(is), awaitMore() {} };
  const owner: LoopIntakeOwner & { request: ActiveRequest | null } = { request: null, bodyDone() {}, bodyBroken() {}, refuse() {} };
  const intake = new LoopIntake(owner, source, deadlines as unknown as Deadlines, false);
  const body = new RequestBody(null, intake);
  owner.request = { body, bodyTooLong: false, bodyLimit: 100 } as unknown as ActiveRequest;
  Promise.resolve(body.read()).catch(() => {});
  assert.deepEqual([intake.awaitsBody, reading], [true, [true]]);
  body.cancel();
  assert.deepEqual([intake.awaitsBody, reading, source.cancelled], [false, [true, false], true]);
  intake.begin();
  assert.equal(source.reads, 1);
});
