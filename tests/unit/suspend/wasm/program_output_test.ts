import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reply } from "../../../../src/contract/engine.ts";
import { ProgramOutput } from "../../../../src/suspend/wasm/program_output.ts";

/** What an answer was told, a line each. */
class HeardReply {
  readonly heard: string[] = [];
  body = "";
  room = true;
  #drained: (() => void) | null = null;

  start(status: number, statusText: string, fields: readonly (readonly [string, string])[]): void {
    this.heard.push(`start ${status} ${statusText} ${fields.map((field) => field.join("=")).join(";")}`);
  }

  write(chunk: Uint8Array, more = false): boolean {
    this.heard.push(`write ${chunk.length}${more ? " more" : ""}`);
    this.body += new TextDecoder("latin1").decode(chunk);
    return this.room;
  }

  drained(callback: () => void): void {
    this.#drained = callback;
  }

  drain(): void {
    this.#drained?.();
  }

  end(): void {
    this.heard.push("end");
  }
}

function scene(method = "GET") {
  const reply = new HeardReply();
  const output = new ProgramOutput(reply as unknown as Reply, method);
  const take = (text: string) => output.take(new TextEncoder().encode(text));
  return { reply, output, take };
}

const HEAD = "Content-Type: a/b\r\n\r\n";

test("ProgramOutput sends what a short program writes whole, with its length, however it came", () => {
  const text = `${HEAD}body\n\nof it`;
  for (let step = 1; step <= text.length; step++) {
    const { reply, output, take } = scene();
    for (let at = 0; at < text.length; at += step) take(text.slice(at, at + step));
    output.end();
    assert.deepEqual(reply.heard, ["start 200  Content-Type=a/b;content-length=11", "write 11 more", "end"]);
    assert.equal(reply.body, "body\n\nof it");
  }
});

test("ProgramOutput adds no length to HEAD, 204, and one that the program told", () => {
  const startOf = (method: string, text: string) => {
    const { reply, output, take } = scene(method);
    take(text);
    output.end();
    return reply.heard[0];
  };
  assert.equal(startOf("HEAD", HEAD), "start 200  Content-Type=a/b");
  assert.equal(startOf("GET", "Status: 204 No Content\n\n"), "start 204 No Content ");
  assert.equal(startOf("GET", "Status: 200\nContent-Length: 1\n\nx"), "start 200  Content-Length=1");
  assert.equal(startOf("GET", HEAD), "start 200  Content-Type=a/b;content-length=0");
});

test("ProgramOutput.flush() sends nothing before the head is whole, then head and body so far", () => {
  const { reply, output, take } = scene();
  take("Content-Type: a/b\n");
  output.flush();
  assert.deepEqual(reply.heard, []);
  take("\nbody");
  output.flush();
  output.flush();
  take("more");
  output.end();
  assert.deepEqual(reply.heard, ["start 200  Content-Type=a/b", "write 4", "write 4 more", "end"]);
});

test("ProgramOutput.take() stops after each block of 16 KiB, and while the client takes nothing", () => {
  const { reply, output, take } = scene();
  take(HEAD);
  assert.equal(take("x".repeat(40_000)), 16_384);
  assert.equal(output.due, true);
  assert.equal(take("y"), 0);
  output.resumed();
  reply.room = false;
  assert.equal(take("x".repeat(40_000)), 16_384);
  output.resumed();
  assert.deepEqual([output.ready, output.due, take("y")], [false, true, 0]);
  let told = 0;
  output.watchWrite({ ready: () => told++, failed: () => {} });
  reply.drain();
  assert.deepEqual([told, output.ready, take("y")], [1, true, 1]);
});

test("ProgramOutput refuses a head that has no end within 16 KiB, and a body that is not as long as it says", () => {
  const { take } = scene();
  const line = `X-Long: ${"x".repeat(91)}\n`;
  assert.throws(() => {
    for (let count = 0; count < 200; count++) take(line);
  }, { name: "ProgramError", message: /no end within 16384 bytes/ });
  const short = scene();
  short.take("Content-Type: a/b\nContent-Length: 9\n\nabc");
  assert.throws(() => short.output.end(), { name: "ProgramError", message: /Content-Length is 9, and its body has 3 bytes/ });
  const none = scene();
  assert.throws(() => none.output.end(), { name: "ProgramError", message: /the program wrote none/ });
});
