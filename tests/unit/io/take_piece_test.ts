import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HIGH_WATER_MARK } from "../../../src/contract/socket.ts";
import { takePiece } from "../../../src/io/take_piece.ts";
import { WriteQueue } from "../../../src/io/write_queue.ts";

type Chunk = Uint8Array | string;

function queueOf(...chunks: Chunk[]): WriteQueue {
  const queue = new WriteQueue();
  chunks.forEach((chunk) => queue.push(chunk));
  return queue;
}

const fresh = () => new Uint8Array(HIGH_WATER_MARK);

const bytesOf = (chunk: Chunk) => typeof chunk === "string" ? Buffer.from(chunk, "latin1") : Buffer.from(chunk);

function drain(queue: WriteQueue): Chunk[] {
  const pieces: Chunk[] = [];
  for (let piece = takePiece(queue, fresh); piece !== null; piece = takePiece(queue, fresh)) pieces.push(piece);
  return pieces;
}

test("takePiece() of an empty queue is null", () => assert.equal(takePiece(new WriteQueue(), fresh), null));

test("takePiece() gives a single chunk as it is, without a copy", () => {
  const bytes = new Uint8Array(10);
  assert.equal(takePiece(queueOf(bytes), fresh), bytes);
  assert.equal(takePiece(queueOf("a string"), fresh), "a string");
});

test("takePiece() puts short chunks together, each unit of a string one byte", () => {
  const pieces = drain(queueOf("4\r\n", new Uint8Array([0, 128, 255, 10]), "\r\n\x80\xff"));
  assert.deepEqual(pieces, [new Uint8Array([0x34, 13, 10, 0, 128, 255, 10, 13, 10, 0x80, 0xff])]);
});

test("takePiece() gives a long chunk alone, without a copy", () => {
  const long = new Uint8Array(16_384);
  const queue = queueOf(long, "tail", new Uint8Array(1));
  assert.equal(takePiece(queue, fresh), long);
  assert.equal(takePiece(queue, fresh)?.length, 5);
});

test("takePiece() gives every byte in order, at most the high-water mark at a time", () => {
  const chunk = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
    fc.integer({ min: 1, max: 200_000 }).map((length) => new Uint8Array(length).fill(length)),
    fc.integer({ min: 1, max: 200_000 }).map((length) => "\xe9".repeat(length)),
  );
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 12 }), (chunks) => {
      const queue = queueOf(...chunks);
      const pieces = drain(queue);
      assert.equal(queue.bytes, 0);
      assert.ok(pieces.every((piece) => piece.length > 0 && piece.length <= HIGH_WATER_MARK));
      assert.ok(Buffer.concat(pieces.map(bytesOf)).equals(Buffer.concat(chunks.map(bytesOf))));
    }),
    { numRuns: 60 },
  );
});
