import assert from "node:assert/strict";
import { test } from "node:test";
import type { OpenFile } from "../../../src/contract/files.ts";
import type { Answer } from "../../../src/serve/answer.ts";
import { sendSmallFile } from "../../../src/serve/small_file.ts";

const PARTS = { status: 200, statusText: "", fields: [], body: null } as const;

/** What an answer and its file are told. */
async function told(read: (into: Uint8Array) => Promise<number>, closed: boolean): Promise<string[]> {
  const calls: string[] = [];
  const reply = {
    closed,
    end: () => calls.push("end"),
    fail: (error: Error) => calls.push(error.message),
    sendWhole: (_: unknown, body: Uint8Array) => calls.push(`sent ${body}`),
  };
  const file: OpenFile = {
    facts: { kind: "file", size: 5, modifiedMs: 0, changedMs: 0, inode: 1 },
    read: (into, position) => read(into.fill(position)),
    close: () => Promise.resolve(void calls.push("close")),
  };
  await sendSmallFile(reply as unknown as Answer, PARTS, { file, start: 2, end: 5, named: "a.bin" });
  return calls;
}

test("sendSmallFile() sends the part in one piece, and closes its file at every end", async () => {
  const all = (into: Uint8Array) => Promise.resolve(into.length);
  assert.deepEqual(await told(all, false), ["sent 2,2,2", "close"]);
  assert.deepEqual(await told(all, true), ["end", "close"]);
  assert.deepEqual(await told(() => Promise.resolve(1), false), ["send a.bin: it has become shorter, 3 of 5 bytes are left", "close"]);
  assert.deepEqual(await told(() => Promise.reject(new Error("EIO")), false), ["EIO", "close"]);
});
