import assert from "node:assert/strict";
import { test } from "node:test";
import { DeadMemories } from "../../../../src/suspend/wasm/dead_memories.ts";

const MIB = 1_048_576;

test("DeadMemories.add() tells of 64 MiB and more at once, of 256 MiB at most, and fails nobody", () => {
  const told: number[] = [];
  let hasRoom = true;
  const memories = new DeadMemories((bytes) => {
    if (!hasRoom) throw new RangeError("no room");
    told.push(bytes);
    return new ArrayBuffer(0);
  });
  for (let program = 0; program < 9; program++) memories.add(20 * MIB);
  assert.deepEqual(told, [80 * MIB, 80 * MIB]);
  hasRoom = false;
  memories.add(4096 * MIB);
  hasRoom = true;
  memories.add(4096 * MIB);
  assert.deepEqual(told, [80 * MIB, 80 * MIB, 256 * MIB]);
});
