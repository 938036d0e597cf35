import { enterCore } from "../core/current.ts";
import type { ResponseParts } from "../http/response.ts";
import type { ActiveRequest } from "./active_request.ts";

/**
 * Turns of the microtask queue that a stream's first chunks get before the head leaves without them. A string or bytes of a native
 * Response come within these (seen: 1 on Bun, up to 3 on Node and Deno), and so leave whole, with their length, in one write.
 */
const PATIENCE = 4;

/** Chunks that a stream sends in one slice: at 3 us a chunk a suspend (under 1 us) is then lost in the noise, and a slice stays short. */
const CHUNKS_A_SLICE = 16;

/**
 * Sends an answer whose body is a stream: one chunk a read, each waiting for the socket to have room, so that the app's source is pulled no faster
 * than the client takes. The app's `pull` runs inside of its core.
 */
export function sendStream(request: ActiveRequest, parts: ResponseParts, stream: ReadableStream<Uint8Array>): void {
  enterCore(request, (reader) => void pump(request, parts, reader), stream.getReader());
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function pump(request: ActiveRequest, parts: ResponseParts, reader: Reader): Promise<void> {
  const { reply } = request;
  reply.onGone = (reason) => void reader.cancel(reason).catch(() => {});
  try {
    if (hasNoBody(request.method, parts.status)) {
      reader.cancel().catch(() => {});
      reply.sendWhole(parts, null);
      return;
    }
    reply.start(parts.status, parts.statusText, parts.fields);
    if (isEventStream(parts.fields)) request.detach();
    const first = reader.read();
    if (!await settlesSoon(first)) reply.startNow();
    let { done, value } = await first;
    if (!done && !reply.started) {
      const second = reader.read();
      const soon = await settlesSoon(second);
      if (soon && (await second).done) {
        reply.sendWhole(parts, bytesOf(value));
        return;
      }
      await send(request, value, 1);
      if (!soon) reply.flush();
      ({ done, value } = await second);
    }
    for (let count = 2; !done && !reply.closed; count++) {
      await send(request, value, count);
      const next = reader.read();
      if (!await settlesSoon(next)) reply.flush();
      ({ done, value } = await next);
    }
    reply.end();
  } catch (error) {
    reader.cancel(error).catch(() => {});
    reply.fail(error);
  }
}

/**
 * Sends one chunk. Past the high-water mark the request gives way until its client has taken what is unsent; and now and then it
 * gives way all the same, for a source that is always ready and a client that takes all would leave the event loop no turn.
 */
async function send(request: ActiveRequest, chunk: unknown, count: number): Promise<void> {
  const { reply, engine, server } = request;
  if (!reply.write(bytesOf(chunk), true)) {
    server.scheduler.sending(request);
    await new Promise<void>((resolve) => reply.drained(resolve));
  } else if (count % CHUNKS_A_SLICE !== 0) return;
  else reply.flush();
  await engine.suspend(request);
}

async function settlesSoon(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const note = () => void (settled = true);
  promise.then(note, note);
  for (let turn = 0; turn < PATIENCE && !settled; turn++) await null;
  return settled;
}

/** RFC 9110 sections 9.3.2, 15.3.5 and 15.4.5. */
function hasNoBody(method: string, status: number): boolean {
  return method === "HEAD" || status === 204 || status === 304;
}

function isEventStream(fields: ResponseParts["fields"]): boolean {
  for (const [name, value] of fields) {
    if (name.toLowerCase() === "content-type") return value.toLowerCase().startsWith("text/event-stream");
  }
  return false;
}

function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError(`send a chunk of a response's stream: it is a value of type ${typeof chunk}; the stream must give Uint8Arrays`);
}
