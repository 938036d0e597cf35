import type { Incoming } from "../../contract/engine.ts";
import { packBytes } from "./packed_bytes.ts";
import type { PackedRequest } from "./protocol.ts";

/**
 * Packs a request for its thread. A body that is in goes along.
 *
 * @returns It, and the buffers that go over with it.
 */
export function packRequest({ head, scheme, authority, local, remote, body }: Incoming, core: number): [PackedRequest, ArrayBuffer[]] {
  // Borrowed until this gives way, and the thread keeps it.
  const borrowed = body?.takeWhole() ?? null;
  const whole = borrowed === null ? null : packBytes(new Uint8Array(borrowed));
  const fields: string[] = [];
  for (let index = 0; index < head.fields.count; index++) fields.push(head.fields.name(index), head.fields.value(index));
  const { method, target, targetScheme, minor, protocol, bytes, path, expectsContinue, keepAlive } = head;
  const packed: PackedRequest = {
    core,
    scheme,
    authority,
    local,
    remote,
    method,
    target,
    targetScheme,
    minor,
    protocol,
    headBytes: bytes,
    path,
    expectsContinue,
    keepAlive,
    fields,
    body: body === null ? null : { length: body.length, whole },
  };
  return [packed, whole === null ? [] : [whole.buffer]];
}
