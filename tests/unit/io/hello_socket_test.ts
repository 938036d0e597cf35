import assert from "node:assert/strict";
import { test } from "node:test";
import { type Address, HIGH_WATER_MARK, type SocketHandler } from "../../../src/contract/socket.ts";
import { HelloSocket } from "../../../src/io/hello_socket.ts";
import { MemorySocket } from "../../../src/io/memory_socket.ts";
import { clientHello, inRecords, serverName } from "../../support/client_hellos.ts";

const CLIENT: Address = { transport: "tcp", hostname: "192.0.2.1", port: 1 };
const SERVER: Address = { transport: "tcp", hostname: "127.0.0.1", port: 443 };
const HELLO = inRecords(clientHello({ extensions: [serverName([0, "shop.test"])] }), 20);

/** A connection whose "TLS" is another pair of sockets: what is called above is seen at `far`, and what TLS would read is in `read`. */
class Scene {
  readonly tasks: (() => void)[] = [];
  readonly events: string[] = [];
  readonly names: string[] = [];
  readonly read: number[] = [];
  readonly client: MemorySocket;
  readonly below: MemorySocket;
  readonly above: MemorySocket;
  readonly far: MemorySocket;
  readonly socket: HelloSocket;
  farText = "";
  farEvents: string[] = [];
  clientEvents: string[] = [];

  constructor() {
    const defer = (task: () => void) => void this.tasks.push(task);
    [this.client, this.below] = MemorySocket.pair(CLIENT, SERVER, defer);
    [this.far, this.above] = MemorySocket.pair(CLIENT, SERVER, defer);
    this.far.handler = recorder(this.farEvents, (chunk) => this.farText += new TextDecoder().decode(chunk));
    this.client.handler = recorder(this.clientEvents, () => {});
    this.far.resume();
    this.client.resume();
    this.socket = new HelloSocket(this.below, (name) => {
      this.names.push(name);
      this.below.handler = recorder([], (chunk) => this.read.push(...chunk));
      return this.above;
    });
    this.socket.handler = { ...recorder(this.events, () => {}), secured: () => void this.events.push("secured") };
  }

  run(): void {
    for (let task = this.tasks.shift(); task !== undefined; task = this.tasks.shift()) task();
  }

  /** Says the bytes in pieces of a size. */
  say(bytes: Uint8Array, size: number = bytes.length): void {
    for (let at = 0; at < bytes.length; at += size) {
      this.client.write(bytes.slice(at, at + size));
      this.run();
    }
  }
}

function recorder(events: string[], data: (chunk: Uint8Array) => void): SocketHandler {
  return {
    data: (chunk) => {
      if (events.at(-1) !== "data") events.push("data");
      data(chunk);
    },
    drain: () => void events.push("drain"),
    end: () => void events.push("end"),
    close: (error) => void events.push(error === null ? "close" : "broken"),
  };
}

test("HelloSocket puts TLS on the connection with the name, once, and gives it all bytes in order", () => {
  for (const size of [1, 7, HELLO.length]) {
    const scene = new Scene();
    const behind = Uint8Array.of(20, 3, 3, 0, 1, 1);
    scene.say(HELLO.subarray(0, -1), size);
    assert.deepEqual([scene.names, scene.read, scene.socket.tls], [[], [], null]);
    scene.say(Uint8Array.from([HELLO.at(-1)!, ...behind]));
    scene.say(behind);
    assert.deepEqual(scene.names, ["shop.test"]);
    assert.deepEqual(scene.read, [...HELLO, ...behind, ...behind]);
    const info = { protocol: "http/1.1", serverName: "shop.test" };
    scene.far.secure(info);
    scene.far.write("request");
    scene.run();
    assert.deepEqual([scene.events, scene.socket.tls], [["secured", "data"], info]);
    assert.deepEqual([scene.socket.local, scene.socket.remote], [SERVER, CLIENT]);
  }
});

test("HelloSocket: what is no hello goes to TLS at once, without a name", () => {
  const scene = new Scene();
  scene.say(new TextEncoder().encode("G"));
  assert.deepEqual([scene.names, scene.read], [[""], [71]]);
});

test("HelloSocket holds what is written until the hello is there, and drains then", () => {
  const scene = new Scene();
  const { socket } = scene;
  assert.equal(socket.write("early "), true);
  socket.cork();
  assert.equal(socket.write("bird"), true);
  assert.equal(socket.unsent, 10);
  assert.equal(socket.write(new Uint8Array(HIGH_WATER_MARK).fill(33)), false);
  socket.uncork();
  scene.say(HELLO.subarray(0, 30));
  assert.deepEqual([scene.farText, scene.events, scene.clientEvents], ["", [], []]);
  scene.say(HELLO.subarray(30));
  assert.equal(scene.farText, `early bird${"!".repeat(HIGH_WATER_MARK)}`);
  assert.deepEqual([scene.events, socket.unsent], [["drain"], 0]);
  socket.write("late");
  scene.run();
  assert.ok(scene.farText.endsWith("!late"));
});

test("HelloSocket reads the hello while it is paused, and nothing above it", () => {
  const scene = new Scene();
  scene.socket.pause();
  scene.say(HELLO, 10);
  scene.far.write("request");
  scene.run();
  assert.deepEqual([scene.names, scene.events], [["shop.test"], []]);
  scene.socket.resume();
  scene.run();
  assert.deepEqual(scene.events, ["data"]);
});

test("HelloSocket: end() before the hello follows what was written, and nothing is written after it", () => {
  const scene = new Scene();
  scene.socket.write("last");
  scene.socket.end();
  assert.equal(scene.socket.write("more"), true);
  assert.equal(scene.socket.unsent, 4);
  scene.say(HELLO);
  assert.deepEqual([scene.farText, scene.farEvents], ["last", ["data", "end"]]);
});

test("HelloSocket: close() before the hello is at once, or waits where something was written", () => {
  const idle = new Scene();
  idle.say(HELLO.subarray(0, 30));
  idle.socket.close();
  idle.run();
  assert.deepEqual([idle.events, idle.clientEvents, idle.names], [["close"], ["end"], []]);
  const busy = new Scene();
  busy.socket.write("last");
  busy.socket.close();
  busy.run();
  assert.deepEqual([busy.events, busy.clientEvents], [[], []]);
  busy.say(HELLO);
  assert.deepEqual([busy.farText, busy.farEvents, busy.events], ["last", ["data", "end"], ["close"]]);
});

test("HelloSocket: abort() before the hello resets, drops what was written, and close comes once", () => {
  const scene = new Scene();
  scene.socket.write("dropped");
  scene.say(HELLO.subarray(0, 30));
  scene.socket.abort();
  assert.equal(scene.socket.unsent, 0);
  scene.socket.abort();
  scene.socket.write("more");
  scene.run();
  assert.deepEqual([scene.events, scene.clientEvents, scene.socket.unsent], [["close"], ["broken"], 0]);
});

test("HelloSocket: abort() and close() go above once the hello is there", () => {
  for (const call of ["abort", "close"] as const) {
    const scene = new Scene();
    scene.say(HELLO);
    scene.socket[call]();
    scene.run();
    assert.deepEqual([scene.events, scene.farEvents], [["close"], [call === "abort" ? "broken" : "end"]]);
  }
});

test("HelloSocket: a client that ends or resets with half a hello is told of by close() alone", () => {
  const ended = new Scene();
  ended.socket.write("never");
  ended.say(HELLO.subarray(0, 30));
  ended.client.end();
  ended.run();
  assert.deepEqual([ended.events, ended.clientEvents, ended.names], [["close"], ["end", "close"], []]);
  const reset = new Scene();
  reset.say(HELLO.subarray(0, 30));
  reset.client.reset();
  reset.run();
  assert.deepEqual([reset.events, reset.names], [["broken"], []]);
});

test("HelloSocket: a handler that is set later hears, before the hello and after it", () => {
  const scene = new Scene();
  const [one, other]: [string[], string[]] = [[], []];
  scene.socket.handler = recorder(one, () => {});
  scene.say(HELLO);
  scene.far.write("1");
  scene.run();
  scene.socket.handler = recorder(other, () => {});
  scene.far.write("2");
  scene.far.reset();
  scene.run();
  assert.deepEqual([scene.events, one, other], [[], ["data"], ["broken"]]);
});
