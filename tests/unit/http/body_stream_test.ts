/** A body's stream beside the runtime's own byte stream of the same chunks: whoever reads must not be able to tell them apart. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BodySource } from "../../../src/contract/body.ts";
import { createRequest } from "../../../src/http/request.ts";
import { requestParts, ScriptedBody } from "../../support/fetch_objects.ts";

type Stream = ReadableStream<Uint8Array>;
type Chunks = readonly (string | Error)[];

const BROKEN = new Error("the client went");

function ours(chunks: Chunks, late: boolean): { stream: Stream; source: ScriptedBody } {
  const source = new ScriptedBody(chunks, late);
  return { stream: createRequest(requestParts({ method: "POST", body: source })).body!, source };
}

function native(chunks: Chunks, late: boolean): { stream: Stream; source: { cancelled: boolean } } {
  const script = new ScriptedBody(chunks, late);
  const stream = new ReadableStream({
    type: "bytes",
    async pull(controller) {
      const chunk = await script.read();
      if (chunk !== null) return controller.enqueue(chunk as Uint8Array<ArrayBuffer>);
      controller.close();
      controller.byobRequest?.respond(0);
    },
    cancel: () => script.cancel(),
  }, { highWaterMark: 0 });
  return { stream, source: script };
}

const decoder = new TextDecoder();

/** What a promise came to: a text, `done`, or the kind of its error. */
async function outcome(read: Promise<unknown>): Promise<string> {
  try {
    const result = await read as { done?: boolean; value?: Uint8Array } | undefined;
    if (result === undefined) return "undefined";
    return `${result.done}:${result.value === undefined ? "-" : decoder.decode(result.value)}`;
  } catch (error) {
    return error === BROKEN ? "broken" : (error as Error).name;
  }
}

/** Each does something with a stream, and says what it saw. */
const SCENES: Readonly<Record<string, (stream: Stream, source: { cancelled: boolean }) => Promise<unknown>>> = {
  "reads to the end, and past it": async (stream) => {
    const reader = stream.getReader();
    const seen = [];
    for (let n = 0; n < 5; n++) seen.push(await outcome(reader.read()));
    return [...seen, await outcome(reader.closed), stream.locked, reader instanceof ReadableStreamDefaultReader];
  },
  "reads several times at once": async (stream) => {
    const reader = stream.getReader();
    return await Promise.all(Array.from({ length: 5 }, () => outcome(reader.read())));
  },
  "gives the lock back, and another reads on": async (stream) => {
    const first = stream.getReader();
    const seen = [await outcome(first.read()), stream.locked];
    assert.throws(() => stream.getReader(), TypeError);
    first.releaseLock();
    seen.push(stream.locked, await outcome(first.read()), await outcome(first.closed));
    const second = stream.getReader();
    return [...seen, await outcome(second.read()), await outcome(second.read())];
  },
  "gives the lock back while a read waits: the chunk is not lost": async (stream) => {
    const first = stream.getReader();
    const read = outcome(first.read());
    first.releaseLock();
    const second = stream.getReader();
    // Where the chunk was there at once, the read had it: which of the two got it is the runtime's.
    const seen = [await read, await outcome(second.read()), await outcome(second.read()), await outcome(second.read())];
    return seen.filter((one) => one.startsWith("false")).join();
  },
  "leaves a loop's iterator while its next chunk is awaited": async (stream, source) => {
    const chunks = stream.values();
    const next = outcome(chunks.next());
    const left = outcome(chunks.return!());
    return [await next, await left, stream.locked, source.cancelled];
  },
  "cancels while a read waits": async (stream, source) => {
    const reader = stream.getReader();
    await reader.read();
    await reader.cancel();
    return [await outcome(reader.read()), await outcome(reader.closed), source.cancelled];
  },
  "loops over all": async (stream, source) => {
    const seen = [];
    for await (const chunk of stream) seen.push(decoder.decode(chunk), stream.locked);
    return [seen, stream.locked, source.cancelled];
  },
  "leaves a loop": async (stream, source) => {
    for await (const _ of stream) break;
    return [stream.locked, source.cancelled, await outcome(stream.getReader().read())];
  },
  "leaves a loop that does not cancel": async (stream, source) => {
    for await (const _ of stream.values({ preventCancel: true })) break;
    return [stream.locked, source.cancelled, await outcome(stream.getReader().read())];
  },
  "asks an iterator past its end": async (stream) => {
    const chunks = stream[Symbol.asyncIterator]();
    const seen = [];
    for (let n = 0; n < 5; n++) seen.push(await outcome(chunks.next()));
    return [seen, await outcome(chunks.return!()), chunks[Symbol.asyncIterator]() === chunks];
  },
  "ends an iterator that never began": async (stream, source) => {
    const chunks = stream.values();
    const locked = stream.locked;
    await chunks.return!();
    return [locked, stream.locked, source.cancelled, await outcome(chunks.next())];
  },
  "reads one chunk, and pipes the rest": async (stream) => {
    const reader = stream.getReader();
    await reader.read();
    reader.releaseLock();
    let text = "";
    await stream.pipeTo(new WritableStream({ write: (chunk: Uint8Array) => void (text += decoder.decode(chunk)) }));
    return [text, stream.locked];
  },
  "reads one chunk, and tees the rest": async (stream) => {
    const reader = stream.getReader();
    await reader.read();
    reader.releaseLock();
    return await Promise.all(stream.tee().map((half) => new Response(half).text()));
  },
  "reads one chunk, and the rest into a buffer of its own": async (stream) => {
    const reader = stream.getReader();
    await reader.read();
    reader.releaseLock();
    const filler = stream.getReader({ mode: "byob" });
    const seen = [await outcome(filler.read(new Uint8Array(1)))];
    filler.releaseLock();
    const last = stream.getReader();
    return [...seen, await outcome(last.read()), await outcome(last.read())];
  },
  "makes a native Response of it": async (stream) => await new Response(stream).text(),
};

test("a reader that is released while reads wait fails them at once, and the next one has what comes then", async () => {
  let give: (chunk: Uint8Array | null) => void = () => {};
  const source: BodySource = {
    length: null,
    read: () => new Promise((resolve) => give = resolve),
    takeWhole: () => null,
    cancel() {},
  };
  const stream = createRequest(requestParts({ method: "POST", body: source })).body!;
  const first = stream.getReader();
  const waiting = [first.read(), first.read()].map(outcome);
  first.releaseLock();
  assert.deepEqual(await Promise.all(waiting), ["TypeError", "TypeError"]);
  const second = stream.getReader();
  const read = outcome(second.read());
  give(new TextEncoder().encode("ab"));
  assert.equal(await read, "false:ab");
  const last = second.read();
  give(null);
  await second.cancel();
  assert.equal(await outcome(last), "true:-");
});

for (const late of [false, true]) {
  for (const [what, scene] of Object.entries(SCENES)) {
    test(`a stream of chunks that come ${late ? "late" : "at once"}: who ${what}, sees what the runtime's own shows`, async () => {
      const chunks = ["ab", "cde", "f"];
      const [one, other] = [ours(chunks, late), native(chunks, late)];
      assert.deepEqual(await scene(one.stream, one.source), await scene(other.stream, other.source));
    });
  }

  test(`a source that fails ${late ? "later" : "at once"} fails its reader, its closed promise, and a loop`, async () => {
    for (const make of [ours, native]) {
      const reader = make(["ab", BROKEN], late).stream.getReader();
      const seen = [await outcome(reader.read()), await outcome(reader.read()), await outcome(reader.read()), await outcome(reader.closed)];
      assert.deepEqual(seen, ["false:ab", "broken", "broken", "broken"]);
      const { stream } = make(["ab", BROKEN], late);
      await assert.rejects(async () => {
        for await (const chunk of stream) assert.equal(decoder.decode(chunk), "ab");
      }, BROKEN);
      assert.equal(stream.locked, false);
    }
  });
}
