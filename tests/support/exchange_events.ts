import type { FieldList } from "../../src/contract/head.ts";
import { ProtocolError } from "../../src/errors.ts";
import { Exchange } from "../../src/http/exchange.ts";
import { DEFAULT_LIMITS, type HttpLimits } from "../../src/http/limits.ts";

/** A date that stands still. */
export const DATE = "Tue, 24 Nov 2026 12:00:00 GMT";

/** What came out of an exchange, in plain values that can be compared. */
export type PlainEvent =
  | { head: string; authority: string; path: string; minor: 0 | 1; framing: string; flags: string; bytes: number; fields: string[] }
  | { data: string }
  | { end: string[] | null }
  | { closed: true }
  | { error: number; reason: string };

/** Makes bytes of a text of which each unit is one byte. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (unit) => unit.charCodeAt(0));
}

/** Makes a text of bytes, each unit one byte. */
export function text(bytes: Uint8Array | string): string {
  return typeof bytes === "string" ? bytes : Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Makes an exchange. */
export function exchange(limits: Partial<HttpLimits> = {}): Exchange {
  return new Exchange({ ...DEFAULT_LIMITS, ...limits }, () => DATE);
}

/** Lists a list's fields. */
export function linesOf(fields: FieldList): string[] {
  return Array.from({ length: fields.count }, (_, index) => `${fields.name(index)}: ${fields.value(index)}`);
}

/**
 * Feeds an exchange pieces of bytes, answers each request as soon as it is in, and collects what comes; data that is
 * one after another is joined. The bytes are overwritten as soon as they are the caller's again: whoever kept a part of
 * them is found out.
 *
 * @param fin The client sends FIN behind the last piece.
 */
export function eventsOf(pieces: readonly Uint8Array[], limits: Partial<HttpLimits> = {}, fin = false): PlainEvent[] {
  const events: PlainEvent[] = [];
  const subject = exchange(limits);
  try {
    for (const piece of pieces) {
      const borrowed = piece.slice();
      subject.receive(borrowed);
      drain(subject, events);
      subject.hold();
      borrowed.fill(0x58);
    }
    if (fin) {
      subject.receiveEnd();
      drain(subject, events);
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    events.push({ error: error.status, reason: error.message });
  }
  return events;
}

function drain(subject: Exchange, events: PlainEvent[]): void {
  for (;;) {
    const event = subject.next();
    switch (event.type) {
      case "head": {
        const { method, target, authority, path, minor, framing, keepAlive, expectsContinue, bytes, fields } = event;
        const length = framing.kind === "length" ? `length ${framing.bytes}` : framing.kind;
        const flags = `${keepAlive ? "keep" : "close"}${expectsContinue ? " continue" : ""}`;
        events.push({ head: `${method} ${target}`, authority, path, minor, framing: length, flags, bytes, fields: linesOf(fields) });
        break;
      }
      case "data": {
        const last = events[events.length - 1];
        if ("data" in last) last.data += text(event.bytes);
        else events.push({ data: text(event.bytes) });
        break;
      }
      case "end":
        events.push({ end: event.trailers === null ? null : linesOf(event.trailers) });
        break;
      case "paused":
        subject.sendWhole(204, "", [], null);
        subject.nextRequest();
        break;
      case "need-more":
        return;
      case "closed":
        if (events.length === 0 || !("closed" in events[events.length - 1])) events.push({ closed: true });
        return;
    }
  }
}

/** Every way to cut bytes in two, and byte by byte; the first is whole. */
export function splits(bytes: Uint8Array): Uint8Array[][] {
  const cut = Array.from({ length: bytes.length - 1 }, (_, at) => [bytes.slice(0, at + 1), bytes.slice(at + 1)]);
  return [[bytes], ...cut, Array.from(bytes, (_, at) => bytes.slice(at, at + 1))];
}

/** Cuts bytes at the given places, which are taken modulo the length. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [...new Set(places.map((place) => place % bytes.length))].sort((a, b) => a - b);
  return [0, ...sorted].map((start, index) => bytes.slice(start, sorted[index] ?? bytes.length)).filter((piece) => piece.length > 0);
}
