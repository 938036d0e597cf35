import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ClientHelloReader } from "../../src/io/client_hello.ts";
import { clientHello, inRecords, serverName } from "../support/client_hellos.ts";

const bytes = (maxLength: number) => fc.array(fc.nat(255), { maxLength });
const extension = fc.oneof(
  fc.tuple(fc.nat(60), bytes(20)),
  fc.array(fc.tuple(fc.constantFrom(0, 0, 0, 1), fc.string({ maxLength: 12 })), { maxLength: 3 }).map((names) => serverName(...names)),
);
const hello = fc.record({ session: bytes(32), extensions: fc.array(extension, { maxLength: 6 }) });
const sizes = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 8 });

/** Reads what grows by pieces of these sizes, over and over, until there is an answer. */
function readIn(all: Uint8Array, pieces: readonly number[]): string | null {
  const reader = new ClientHelloReader();
  for (let length = 0, piece = 0; length < all.length; piece++) {
    length += pieces[piece % pieces.length]!;
    const name = reader.read(all.subarray(0, length));
    if (name !== null) return name;
  }
  return null;
}

test("ClientHelloReader: whatever comes, it throws nothing, and the answer is the same however it is cut", { timeout: 60_000 }, () => {
  const wrong = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 });
  fc.assert(fc.property(hello, sizes, wrong, bytes(10), sizes, (parts, records, changes, behind, pieces) => {
    const all = Uint8Array.from([...inRecords(clientHello(parts), ...records), ...behind]);
    for (const [at, byte] of changes) if (at < all.length) all[at] = byte;
    assert.equal(readIn(all, pieces), new ClientHelloReader().read(all));
    assert.equal(readIn(all, [1]), new ClientHelloReader().read(all));
  }));
});

test("ClientHelloReader: of a hello that is one, it is the first host name", { timeout: 60_000 }, () => {
  const names = fc.string({ minLength: 1, maxLength: 60 });
  const others = fc.array(fc.tuple(fc.integer({ min: 1, max: 65_535 }), bytes(20)), { maxLength: 6 });
  fc.assert(fc.property(names, others, others, bytes(32), sizes, (name, before, after, session, records) => {
    const message = clientHello({ session, extensions: [...before, serverName([0, name]), ...after] });
    assert.equal(new ClientHelloReader().read(inRecords(message, ...records)), name);
  }));
});
