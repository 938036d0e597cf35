import assert from "node:assert/strict";
import { test } from "node:test";
import type { TextSink } from "../../../src/contract/output.ts";
import { LineWriter } from "../../../src/observe/line_writer.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** A sink whose writes are settled by the test. */
class FakeSink implements TextSink {
  readonly texts: string[] = [];
  readonly #settlers: { resolve(): void; reject(error: Error): void }[] = [];

  write(text: string): Promise<void> {
    this.texts.push(text);
    return new Promise((resolve, reject) => this.#settlers.push({ resolve, reject }));
  }

  async taken(): Promise<void> {
    this.#settlers.shift()?.resolve();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  async broke(): Promise<void> {
    this.#settlers.shift()?.reject(new Error("EPIPE"));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function scene() {
  const [sink, clock] = [new FakeSink(), new FakeClock()];
  return { sink, clock, writer: new LineWriter(sink, clock) };
}

test("LineWriter.write() collects lines for 5 ms, and writes them in one piece", () => {
  const { sink, clock, writer } = scene();
  writer.write("a\n");
  clock.advance(4);
  writer.write("b\n");
  assert.deepEqual(sink.texts, []);
  clock.advance(1);
  assert.deepEqual(sink.texts, ["a\nb\n"]);
});

test("LineWriter.write() does not wait with 64 KiB", () => {
  const { sink, clock, writer } = scene();
  writer.write("x".repeat(65_535) + "\n");
  assert.equal(sink.texts.length, 1);
  clock.advance(10);
  assert.equal(sink.texts.length, 1);
});

test("LineWriter has one write under way at a time, and keeps the order", async () => {
  const { sink, clock, writer } = scene();
  writer.write("a\n");
  clock.advance(5);
  writer.write("b\n");
  writer.write("c\n");
  clock.advance(50);
  assert.deepEqual(sink.texts, ["a\n"]);
  await sink.taken();
  assert.deepEqual(sink.texts, ["a\n", "b\nc\n"]);
});

test("LineWriter.write() drops and counts what goes over 8 MiB, and goes on once the sink takes more", async () => {
  const { sink, clock, writer } = scene();
  writer.write("first\n");
  clock.advance(5);
  const line = "x".repeat(1023) + "\n";
  for (let index = 0; index < 9000; index++) writer.write(line);
  assert.equal(writer.dropped, 9000 - 8192);
  await sink.taken();
  await sink.taken();
  assert.equal(sink.texts[1].length, 8_388_608);
  writer.write("later\n");
  clock.advance(5);
  assert.equal(sink.texts[2], "later\n");
});

test("LineWriter.write() drops and counts everything once the sink is closed, and never throws", async () => {
  const { sink, clock, writer } = scene();
  writer.write("a\nb\n");
  clock.advance(5);
  writer.write("c\n");
  await sink.broke();
  writer.write("d\n");
  clock.advance(50);
  assert.equal(writer.dropped, 4);
  assert.equal(sink.texts.length, 1);
  await writer.flush();
});

test("LineWriter.flush() writes at once, and fulfils when all is taken", async () => {
  const { sink, writer } = scene();
  writer.write("a\n");
  let flushed = false;
  const flushing = writer.flush().then(() => flushed = true);
  assert.deepEqual(sink.texts, ["a\n"]);
  writer.write("b\n");
  await sink.taken();
  assert.equal(flushed, false);
  await sink.taken();
  await flushing;
  assert.deepEqual(sink.texts, ["a\n", "b\n"]);
});

test("LineWriter.flush() fulfils where there is nothing", async () => {
  await scene().writer.flush();
});

test("LineWriter leaves no timer behind once its lines are written", () => {
  const { clock, writer } = scene();
  writer.write("a\n");
  clock.advance(5);
  assert.equal(clock.armed, 0);
});
