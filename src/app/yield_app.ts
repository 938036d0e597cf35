import type { StartResponse, YieldChunk } from "../contract/app.ts";
import type { CoreContext, Reply } from "../contract/engine.ts";
import { isThenable } from "./thenable.ts";

/** A yield app's chunks, whichever kind of iterable it gave. */
export type ChunkIterator = Iterator<YieldChunk> | AsyncIterator<YieldChunk>;

/**
 * Calls a yield app and gives the iterator of its chunks. A generator runs none of its body yet.
 *
 * @param request A request whose app is a yield app, inside of its core (`enterCore`).
 * @throws {TypeError} (as a rejection too) The app gave no iterable.
 * @throws What the app throws.
 */
export function openYieldApp(request: CoreContext): ChunkIterator | PromiseLike<ChunkIterator> {
  const { app } = request;
  if (app.kind !== "yield") throw new TypeError(`call a yield app: this is a ${app.kind} app`);
  const result = app.application(request.yieldEnv, startResponseOf(request.reply));
  return isThenable(result) ? result.then(iteratorOf) : iteratorOf(result);
}

function iteratorOf(iterable: Iterable<YieldChunk> | AsyncIterable<YieldChunk>): ChunkIterator {
  // A string is iterable too, one character a chunk and a switch; PEP 3333 warns of the same slip.
  if (typeof iterable === "string") throw new TypeError('call a yield app: it returned a string; return ["..."], or yield it');
  // A Uint8Array iterates over numbers: it is one chunk.
  if (iterable instanceof Uint8Array) return [iterable as Uint8Array][Symbol.iterator]();
  if (isIterable(iterable)) return iterable[Symbol.iterator]();
  if (isAsyncIterable(iterable)) return iterable[Symbol.asyncIterator]();
  throw new TypeError(`call a yield app: it returned ${describe(iterable)}, which is not iterable`);
}

function isIterable(value: unknown): value is Iterable<YieldChunk> {
  return typeof (value as Partial<Iterable<YieldChunk>> | null | undefined)?.[Symbol.iterator] === "function";
}

function isAsyncIterable(value: unknown): value is AsyncIterable<YieldChunk> {
  return typeof (value as Partial<AsyncIterable<YieldChunk>> | null | undefined)?.[Symbol.asyncIterator] === "function";
}

function describe(value: unknown): string {
  return value === null
    ? "null"
    : typeof value === "object"
    ? `a ${value.constructor?.name ?? "object"}`
    : `a value of type ${typeof value}`;
}

/** `start_response` of PEP 3333: the status is one string, `"200 OK"`. */
function startResponseOf(reply: Reply): StartResponse {
  return (status, fields) => {
    const match = /^(\d{3})(?: (.*))?$/.exec(status);
    if (match === null) throw new TypeError(`startResponse("${status}"): a status is three digits, a space and a reason, such as "200 OK"`);
    reply.start(Number(match[1]), match[2] ?? "", fields);
  };
}
