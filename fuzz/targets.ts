/** What is fuzzed: each takes any bytes, throws if a promise is broken, and says what kind of input it was. */
import assert from "node:assert/strict";
import { readForwarded } from "../src/http/forwarded.ts";
import { createRequest } from "../src/http/request.ts";
import { ClientHelloReader } from "../src/io/client_hello.ts";
import { readProxyHeader } from "../src/io/proxy_header.ts";
import { cutAt, eventsOf, latin1, type PlainEvent, text as textOf } from "../tests/support/exchange_events.ts";
import { FieldLines, requestParts } from "../tests/support/fetch_objects.ts";
import type { Random } from "../tests/support/random.ts";

/** One of them. */
export interface FuzzTarget {
  readonly name: string;
  /**
   * @param text The input, a unit a byte.
   * @returns What can be said of it: an input of which something new can be said is kept.
   * @throws What was promised is not so.
   */
  check(text: string, random: Random): readonly string[];
}

/** Far more than 4 KiB take on a busy machine, and far less than a loop without an end. */
const MOST_MS = 2000;

/** Limits that short inputs reach. */
const NARROW = { targetBytes: 20, fieldBytes: 30, headBytes: 120, fields: 4, bodyBytes: 40, discardBytes: 10 };

/** A server's HTTP/1.1: the events are the same however the bytes are cut, and nothing is thrown but a `ProtocolError`. */
const receive: FuzzTarget = {
  name: "receive",
  check(text, random) {
    const bytes = latin1(text);
    const cuts = Array.from({ length: 1 + random.below(8) }, () => random.below(4096));
    const sorts: string[] = [];
    for (const limits of [{}, NARROW]) {
      const whole = eventsOf([bytes], limits, true);
      if (bytes.length > 0) {
        assert.deepEqual(eventsOf(cutAt(bytes, cuts), limits, true), whole);
        assert.deepEqual(eventsOf(Array.from(bytes, (byte) => Uint8Array.of(byte)), limits, true), whole);
      }
      for (const event of whole) if ("head" in event) checkHead(event);
      const found = whole.map(sortOf);
      sorts.push(...found, ...found.map((sort, at) => `${kindOf(found[at - 1])}, ${kindOf(sort)}`));
    }
    return sorts;
  },
};

/** The URL that an app sees is of the host and the path that the head has: no other reader may find another one. */
function checkHead({ authority, path }: Extract<PlainEvent, { head: string }>): void {
  const { url } = createRequest(requestParts({ authority: authority === "" ? "none" : authority, path }));
  const parsed = new URL(url);
  assert.equal(parsed.hash, "");
  assert.equal(parsed.username + parsed.password, "");
  const host = authority === "" ? "none" : authority.toLowerCase().replace(/\.?(:\d*)?$/, "");
  assert.equal(
    new URL(`http://${host}/`).hostname.replace(/\.$/, ""),
    parsed.hostname.replace(/\.$/, ""),
    `${authority} became ${parsed.host}`,
  );
}

function kindOf(sort = "start"): string {
  return /^\S+/.exec(sort)![0];
}

function sortOf(event: PlainEvent): string {
  if ("head" in event) {
    const names = event.fields.map((line) =>
      /^(?:host|content-length|transfer-encoding|connection|expect):/i.exec(line)?.[0].toLowerCase() ?? ""
    );
    return `head ${event.minor} ${event.framing.replace(/\d+/, "N")} ${event.flags} ${[...new Set(names)].sort().join("")} ${
      event.path[0]
    }`;
  }
  if ("data" in event) return "data";
  if ("end" in event) return event.end === null ? "end" : "end with trailers";
  return "error" in event ? `${event.error} ${event.reason.replace(/\d+/g, "N").replace(/"[^"]*"/g, '""')}` : "closed";
}

/** A PROXY header is whole with the same bytes however much follows, and a cut one asks for more or is refused. */
const proxyHeader: FuzzTarget = {
  name: "proxy header",
  check(text, random) {
    const bytes = latin1(text);
    const whole = readProxyHeader(bytes);
    if (whole === null || whole === "bad") return [String(whole)];
    assert.ok(whole.bytes <= bytes.length);
    assert.deepEqual(readProxyHeader(bytes.subarray(0, whole.bytes)), whole);
    assert.equal(readProxyHeader(bytes.subarray(0, random.below(whole.bytes))), null);
    for (const address of whole.ends === null ? [] : [whole.ends.remote, whole.ends.local]) {
      assert.ok(URL.canParse(`http://${address.hostname.includes(":") ? `[${address.hostname}]` : address.hostname}:${address.port}/`));
    }
    return [`${bytes[0]} ${whole.ends === null ? "none" : whole.ends.remote.hostname.includes(":") ? "v6" : "v4"}`];
  },
};

/** A ClientHello's name is the same however the bytes are cut. */
const clientHello: FuzzTarget = {
  name: "client hello",
  check(text, random) {
    const bytes = latin1(text);
    const name = new ClientHelloReader().read(bytes);
    const reader = new ClientHelloReader();
    let found: string | null = null;
    for (let length = 0; length < bytes.length && found === null;) found = reader.read(bytes.subarray(0, length += 1 + random.below(40)));
    assert.equal(found, name);
    return [name === null ? "more" : name === "" ? "none" : "name"];
  },
};

/** No head has them: a field's value is free of them. */
const CONTROLS = /[^\t\x20-\x7e\x80-\xff]/g;

/** Whatever stands in the fields of a proxy, an address is an address, and what is left of it changes nothing. */
const forwarded: FuzzTarget = {
  name: "forwarded",
  check(text) {
    const value = textOf(latin1(text)).replace(CONTROLS, "").trim();
    const sorts: string[] = [];
    for (const name of ["x-forwarded-for", "forwarded"]) {
      const trust = { trusts: () => false, fields: new Set([name]) };
      const said = readForwarded(new FieldLines([[name, value]]), trust);
      const before = name === "forwarded" ? `for=6.6.6.6;proto=http, ${value}` : `6.6.6.6, ${value}`;
      // A quote that is never closed takes in what stands before it, or leaves it: nothing is believed then.
      if (said.address !== null) assert.deepEqual(readForwarded(new FieldLines([[name, before]]), trust), said);
      if (said.address !== null) {
        assert.ok(URL.canParse(`http://${said.address.hostname.includes(":") ? `[${said.address.hostname}]` : said.address.hostname}/`));
      }
      sorts.push(
        `${said.address === null ? "-" : said.address.hostname.includes(":") ? "v6" : "v4"} ${said.scheme} ${
          said.authority === null ? "-" : "host"
        }`,
      );
    }
    return sorts;
  },
};

/** All of them. */
export const TARGETS: readonly FuzzTarget[] = [receive, proxyHeader, clientHello, forwarded];

/**
 * Checks an input on a target.
 *
 * @returns What can be said of it.
 * @throws A promise is broken, or it took too long.
 */
export function checkInput(target: FuzzTarget, text: string, random: Random): readonly string[] {
  const started = performance.now();
  const sorts = target.check(text, random);
  const tookMs = performance.now() - started;
  if (tookMs > MOST_MS) throw new Error(`took ${Math.round(tookMs)} ms`);
  return sorts.map((sort) => `${target.name}: ${sort}`);
}
