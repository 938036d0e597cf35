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

  async failed(code: "EPIPE" | "ENOSPC"): Promise<void> {
    this.#settlers.shift()?.reject(Object.assign(new Error(code), { code }));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

function scene() {
  const [sink, clock] = [new FakeSink(), new FakeClock()];
  return { sink, clock, writer: new LineWriter(sink, clock, "the disk") };
}

/** A writer whose losses another one tells of. */
function noticedScene() {
  const [sink, told, clock] = [new FakeSink(), new FakeSink(), new FakeClock()];
  const notices = new LineWriter(told, clock, "the screen");
  const notice = async () => {
    clock.advance(5);
    await told.taken();
    return told.texts.splice(0).map((text) => text.replace(/^.* - \*{3} WARNING \*{3} /, ""));
  };
  const writer = new LineWriter(sink, clock, "the disk", notices);
  /** A line that is with the sink. */
  const send = (line: string) => {
    writer.write(line);
    clock.advance(5);
  };
  return { sink, clock, writer, notice, send };
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
  assert.match(sink.texts[2]!, / 808 lines of the log were lost: write to the disk: its reader is too slow\n$/);
  await sink.taken();
  assert.equal(sink.texts[3], "later\n");
});

test("LineWriter.write() drops and counts everything once the sink is closed, and never throws", async () => {
  const { sink, clock, writer } = scene();
  writer.write("a\nb\n");
  clock.advance(5);
  writer.write("c\n");
  await sink.failed("EPIPE");
  writer.write("d\n");
  clock.advance(5000);
  writer.write("e\n");
  clock.advance(50);
  assert.equal(writer.dropped, 5);
  assert.equal(sink.texts.length, 1);
  await writer.flush();
});

test("LineWriter.write() drops and counts for a second after a failed write, then tries again, on a line of its own", async () => {
  const { sink, clock, writer, send } = noticedScene();
  send("a\n");
  writer.write("b\n");
  await sink.failed("ENOSPC");
  send("c\n");
  clock.advance(994);
  send("d\n");
  assert.deepEqual([writer.dropped, sink.texts], [4, ["a\n"]]);
  send("e\n");
  await sink.failed("ENOSPC");
  send("f\n");
  clock.advance(1000);
  send("g\n");
  await sink.taken();
  send("h\n");
  await sink.taken();
  assert.deepEqual([writer.dropped, sink.texts], [6, ["a\n", "\ne\n", "\ng\n", "h\n"]]);
  assert.equal(clock.armed, 0);
});

test("LineWriter tells another one of what was lost: when a write fails, once a second, and when it takes lines again", async () => {
  const { sink, clock, notice, send } = noticedScene();
  send("a\n");
  await sink.failed("ENOSPC");
  assert.deepEqual(await notice(), ["1 line of the log was lost: write to the disk: Error: ENOSPC\n"]);
  for (let count = 0; count < 3; count++) send("b\n");
  assert.deepEqual(await notice(), []);
  clock.advance(1000);
  send("c\n");
  await sink.failed("ENOSPC");
  assert.deepEqual(await notice(), ["4 lines of the log were lost: write to the disk: Error: ENOSPC\n"]);
  send("d\n");
  send("e\n");
  clock.advance(1000);
  send("f\n");
  await sink.taken();
  assert.deepEqual(await notice(), ["2 lines of the log were lost: write to the disk: Error: ENOSPC\n"]);
  send("g\n");
  await sink.taken();
  assert.deepEqual(await notice(), []);
});

test("LineWriter tells of a reader that is too slow once a second", async () => {
  const { sink, clock, writer, notice, send } = noticedScene();
  const flood = "x".repeat(8_388_600) + "\n";
  const lose = async () => {
    send("first\n");
    writer.write(flood);
    writer.write(flood);
    await sink.taken();
    await sink.taken();
    return await notice();
  };
  const notices = ["1 line of the log was lost: write to the disk: its reader is too slow\n"];
  assert.deepEqual(await lose(), notices);
  assert.deepEqual(await lose(), []);
  clock.advance(1000);
  assert.deepEqual((await lose())[0], notices[0].replace("1 line of the log was", "2 lines of the log were"));
});

test("LineWriter without another one tells of what was lost itself, once it takes lines again", async () => {
  const { sink, clock, writer } = scene();
  writer.write("a\nb\n");
  clock.advance(5);
  await sink.failed("ENOSPC");
  clock.advance(1000);
  writer.write("c\n");
  clock.advance(5);
  await sink.taken();
  await sink.taken();
  assert.equal(sink.texts.length, 3);
  assert.match(sink.texts[2]!, /^\w{3} \w{3} .* - \*{3} WARNING \*{3} 2 lines of the log were lost: write to the disk: Error: ENOSPC\n$/);
  assert.equal(writer.dropped, 2);
});

test("LineWriter.tellLost() tells what was not told yet, at once; nothing where nobody can take it", async () => {
  const { sink, writer, notice, send } = noticedScene();
  send("a\n");
  await sink.failed("EPIPE");
  await notice();
  send("b\n");
  writer.tellLost();
  writer.tellLost();
  assert.deepEqual(await notice(), ["1 line of the log was lost: write to the disk: Error: EPIPE\n"]);
  const alone = scene();
  alone.writer.write("a\n");
  alone.clock.advance(5);
  await alone.sink.failed("EPIPE");
  alone.writer.tellLost();
  assert.equal(alone.writer.dropped, 1);
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

test("LineWriter takes lines for told of once their notice has come through, and a notice for no line", async () => {
  const [sink, told, clock] = [new FakeSink(), new FakeSink(), new FakeClock()];
  const notices = new LineWriter(told, clock, "the same disk");
  const writer = new LineWriter(sink, clock, "the disk", notices);
  for (const line of ["a\n", "b\n"]) {
    writer.write(line);
    clock.advance(5);
    await sink.failed("ENOSPC");
    clock.advance(5);
    await told.failed("ENOSPC");
    clock.advance(1000);
  }
  writer.write("c\n");
  clock.advance(5);
  await sink.taken();
  clock.advance(5);
  await told.taken();
  assert.match(told.texts.at(-1)!, /^\n.* 2 lines of the log were lost: write to the disk: .*ENOSPC\n$/);
  assert.equal(notices.dropped, 0);
});
