import { test } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { LinkedQueue, QueueLink } from "../../../src/core/linked_queue.ts";

test("shift() gives links in the order of push(), then null", () => {
  const queue = new LinkedQueue<QueueLink>();
  const links = [new QueueLink(), new QueueLink(), new QueueLink()];
  for (const link of links) queue.push(link);
  assert.equal(queue.first, links[0]);
  assert.equal(queue.size, 3);
  assert.deepEqual([queue.shift(), queue.shift(), queue.shift(), queue.shift()], [...links, null]);
  assert.equal(queue.size, 0);
  assert.equal(queue.first, null);
});

test("remove() takes a link out of its own queue alone", () => {
  const queue = new LinkedQueue<QueueLink>();
  const other = new LinkedQueue<QueueLink>();
  const link = new QueueLink();
  assert.equal(queue.remove(link), false);
  other.push(link);
  assert.equal(queue.remove(link), false);
  assert.equal(other.remove(link), true);
  assert.equal(other.remove(link), false);
  assert.deepEqual([queue.size, other.size], [0, 0]);
});

test("LinkedQueue does as an array does, whatever is pushed, shifted and removed", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("push"), index: fc.nat({ max: 7 }) }),
    fc.record({ kind: fc.constant("remove"), index: fc.nat({ max: 7 }) }),
    fc.record({ kind: fc.constant("shift"), index: fc.constant(0) }),
  );
  fc.assert(fc.property(fc.array(step, { maxLength: 100, size: "max" }), (steps) => {
    const queue = new LinkedQueue<QueueLink>();
    const links = Array.from({ length: 8 }, () => new QueueLink());
    let model: QueueLink[] = [];
    for (const { kind, index } of steps) {
      const link = links[index];
      if (kind === "shift") assert.equal(queue.shift(), model.shift() ?? null);
      else if (kind === "remove") {
        assert.equal(queue.remove(link), model.includes(link));
        model = model.filter((one) => one !== link);
      } else if (!model.includes(link)) {
        queue.push(link);
        model.push(link);
      }
      assert.equal(queue.size, model.length);
      assert.equal(queue.first, model[0] ?? null);
    }
    for (const link of model) assert.equal(queue.shift(), link);
  }));
});

test("LinkedQueue.all() lists the links, which may leave meanwhile", () => {
  const queue = new LinkedQueue<QueueLink>();
  const links = [new QueueLink(), new QueueLink(), new QueueLink()];
  assert.deepEqual(queue.all(), []);
  for (const link of links) queue.push(link);
  const all = queue.all();
  for (const link of all) queue.remove(link);
  assert.ok(all.length === 3 && all.every((link, index) => link === links[index]));
  assert.equal(queue.size, 0);
});
