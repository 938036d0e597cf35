import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import net from "node:net";
import { test } from "node:test";
import tls from "node:tls";
import { ClientHelloReader, LONGEST_HELLO } from "../../../src/io/client_hello.ts";
import { clientHello, inRecords, serverName, two, vector } from "../../support/client_hellos.ts";

const NAMED = clientHello({ extensions: [[43, [2, 3, 4]], serverName([0, "shop.test"])] });

function nameIn(bytes: Uint8Array): string | null {
  return new ClientHelloReader().read(bytes);
}

/** The name, and after how many bytes it was known: read byte by byte. */
function trickled(bytes: Uint8Array): readonly [name: string | null, after: number] {
  const reader = new ClientHelloReader();
  for (let length = 1; length <= bytes.length; length++) {
    const name = reader.read(bytes.subarray(0, length));
    if (name !== null) return [name, length];
  }
  return [null, bytes.length];
}

/** What a client says first, until nothing more comes for a moment or a record is whole. */
async function firstWords(connect: (port: number) => void): Promise<Uint8Array> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const heard = new Promise<Uint8Array>((resolve) => {
    server.once("connection", (socket) => {
      let bytes = new Uint8Array(0);
      socket.on("error", () => {});
      socket.on("data", (chunk: Uint8Array) => {
        bytes = Uint8Array.from([...bytes, ...chunk]);
        if (bytes.length < 5 || bytes.length < 5 + (bytes[3]! << 8 | bytes[4]!)) return;
        socket.destroy();
        resolve(bytes);
      });
    });
  });
  connect((server.address() as net.AddressInfo).port);
  const bytes = await heard;
  server.close();
  return bytes;
}

function byNode(options: tls.ConnectionOptions): Promise<Uint8Array> {
  return firstWords((port) => void tls.connect({ host: "127.0.0.1", port, ...options }).on("error", () => {}));
}

function byOpenssl(...args: readonly string[]): Promise<Uint8Array> {
  return firstWords((port) => void execFile("openssl", ["s_client", "-connect", `127.0.0.1:${port}`, ...args], () => {}).stdin?.end());
}

test("ClientHelloReader reads the hellos of node:tls and openssl, in any pieces and over any records", { timeout: 60_000 }, async () => {
  const alpn = Array.from({ length: 40 }, (_, index) => `${index}${"x".repeat(200)}`).join(",");
  const hellos: readonly (readonly [what: string, bytes: Uint8Array, name: string])[] = [
    ["node:tls", await byNode({ servername: "Shop.example.test" }), "Shop.example.test"],
    ["node:tls, 1.2", await byNode({ servername: "shop.test", maxVersion: "TLSv1.2", ALPNProtocols: ["http/1.1"] }), "shop.test"],
    ["openssl", await byOpenssl("-servername", "shop.test"), "shop.test"],
    ["openssl, 1.2", await byOpenssl("-servername", "shop.test", "-tls1_2"), "shop.test"],
    ["openssl without a name", await byOpenssl("-noservername"), ""],
    ["openssl with 8 KB of protocols", await byOpenssl("-servername", "shop.test", "-alpn", alpn), "shop.test"],
  ];
  for (const [what, bytes, name] of hellos) {
    assert.ok(bytes.length > 100, what);
    assert.equal(nameIn(bytes), name, what);
    assert.equal(nameIn(Uint8Array.from([...bytes, 23, 0])), name, `${what}, with more behind`);
    assert.deepEqual(trickled(bytes), [name, bytes.length], `${what}, byte by byte`);
    for (let cut = 0; cut < bytes.length; cut++) {
      const reader = new ClientHelloReader();
      if (reader.read(bytes.subarray(0, cut)) !== null || reader.read(bytes) !== name) assert.fail(`${what}, cut at ${cut}`);
    }
    const message = [...bytes.subarray(5)];
    for (const sizes of [[1, 2, 1000], [3, 1, 40], [1, 1, 1, 1, 16_384]]) {
      const cut = inRecords(message, ...sizes);
      assert.deepEqual(trickled(cut), [name, cut.length], `${what}, in records of ${sizes}`);
    }
  }
});

test("ClientHelloReader finds the first host name of the first server_name extension", () => {
  const grease = [[0x0a0a, []], [0x3a3a, [0]]] as const;
  const named: readonly (readonly [extensions: Parameters<typeof clientHello>[0]["extensions"], name: string])[] = [
    [[serverName([0, "a.test"])], "a.test"],
    [[...grease, serverName([0, "a.test"]), [16, [0, 3, 2, 104, 50]]], "a.test"],
    [[serverName([1, "other"], [0, "a.test"])], "a.test"],
    [[serverName([0, "a.test"]), serverName([0, "b.test"])], "a.test"],
    [[serverName([0, ""])], ""],
    [[serverName([0, "\xe4.test"])], "\xe4.test"],
    [[serverName()], ""],
    [[], ""],
    [null, ""],
  ];
  for (const [extensions, name] of named) {
    for (const session of [[], Array<number>(32).fill(9)]) {
      const message = clientHello({ session, extensions });
      assert.equal(nameIn(inRecords(message)), name);
      assert.deepEqual(trickled(inRecords(message, 1)), [name, 6 * message.length]);
    }
  }
});

test("ClientHelloReader finds no name in what is malformed or no ClientHello, as soon as it is told apart", () => {
  const ofNames = (data: readonly number[]) => inRecords(clientHello({ extensions: [[0, data]] }));
  const cutBody = [1, 0, 0, 40, ...NAMED.slice(4, 44)];
  const wrong: readonly (readonly [what: string, bytes: Uint8Array, after: number | null])[] = [
    ["plain HTTP", Uint8Array.from([71, 69, 84]), 1],
    ["an alert", Uint8Array.from([21, 3, 1, 0, 2, 1, 0]), 1],
    ["SSL 2", Uint8Array.from([0x80, 0x2e, 1, 3, 1]), 1],
    ["a version that is none", Uint8Array.from([22, 2, 0, 0, 5, 1]), 5],
    ["an empty record", Uint8Array.from([22, 3, 1, 0, 0]), 5],
    ["an alert within", Uint8Array.from([...inRecords(NAMED.slice(0, 20)), 21, 3, 1, 0, 2, 1, 0]), 26],
    ["another handshake message", inRecords([2, ...NAMED.slice(1)]), null],
    ["a message without a body", inRecords([1, 0, 0, 0]), null],
    ["a body that ends early", inRecords(cutBody), null],
    ["extensions that are longer than the message", inRecords([...NAMED.slice(0, -20), ...Array<number>(20).fill(255)]), null],
    ["a list that is longer than its extension", ofNames([...two(50), 0, ...vector([97])]), null],
    ["a name that is longer than its list", ofNames(vector([0, ...two(50), 97])), null],
    ["an extension of one byte", ofNames([0]), null],
    ["an empty extension", ofNames([]), null],
  ];
  for (const [what, bytes, after] of wrong) {
    assert.equal(nameIn(bytes), "", what);
    assert.deepEqual(trickled(bytes), ["", after ?? bytes.length], what);
  }
});

test("ClientHelloReader reads 16 KiB, and waits for no more", () => {
  const sized = (bytes: number) => {
    const rest = bytes - 5 - NAMED.length - 4;
    return inRecords(clientHello({ extensions: [[21, Array<number>(rest).fill(0)], [43, [2, 3, 4]], serverName([0, "shop.test"])] }));
  };
  const longest = sized(LONGEST_HELLO);
  assert.equal(longest.length, LONGEST_HELLO);
  assert.deepEqual(trickled(longest), ["shop.test", LONGEST_HELLO]);
  assert.deepEqual(trickled(sized(LONGEST_HELLO + 1)), ["", 5]);
  assert.equal(nameIn(sized(LONGEST_HELLO + 1)), "");
  // Longer than its first record says.
  assert.deepEqual(trickled(inRecords([1, 1, 0, 0, ...Array<number>(96).fill(0)])), ["", 105]);
  assert.deepEqual(trickled(inRecords([1, 0, 0x3f, 0xfc, ...Array<number>(16_380).fill(0)], 1)), ["", 16_381]);
});

test("ClientHelloReader looks at a byte a bounded number of times, however small the pieces and the records are", () => {
  const looksFor = (bytes: number) => {
    const message = clientHello({ extensions: [[21, Array<number>(bytes).fill(0)], serverName([0, "shop.test"])] });
    const records = inRecords(message, 1);
    const reader = new ClientHelloReader();
    let looks = 0;
    const seen: ProxyHandler<Uint8Array> = {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (typeof key === "string" && /^\d+$/.test(key)) looks++;
        return typeof value === "function" ? value.bind(target) : value;
      },
    };
    for (let length = 1; length < records.length; length++) reader.read(new Proxy(records.subarray(0, length), seen));
    return looks;
  };
  const [small, large] = [looksFor(100), looksFor(1600)];
  assert.ok(small > 0 && large < 16 * small, `${small} and ${large} looks`);
});
