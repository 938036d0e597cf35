import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { linkSync, readdirSync, statSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ListenOptions } from "../../src/contract/socket.ts";
import { BrokenError } from "../../src/errors.ts";
import { createBunEngine } from "../../src/io/bun.ts";
import { RawClient } from "../support/raw_client.ts";
import { runtimeName } from "../support/runtime.ts";
import { unixPath } from "../support/unix_path.ts";
import { type Connection, IoContext, type IoHarness, realTurn, type Recorder } from "./io/harness.ts";
import { ioSuite } from "./io_suite.ts";

const LOOPBACK: ListenOptions = { transport: "tcp", hostname: "127.0.0.1", port: 0 };

test("createBunEngine() is imported by every runtime without a crash", () => assert.equal(typeof createBunEngine, "function"));

if (runtimeName() === "bun") {
  const harness: IoHarness = { engine: createBunEngine(), connectPeer: RawClient.connect, unixPath, turn: realTurn };
  ioSuite(harness);
  trapTests(harness);
}

/** What Bun's sockets do that others do not; each test is one line of the list of traps. */
function trapTests(harness: IoHarness): void {
  const trap = (name: string, run: (context: IoContext) => Promise<void>) =>
    test(`bun: ${name}`, { timeout: 40_000 }, async () => {
      const context = new IoContext(harness, "tcp");
      await run(context);
      await context.finish();
    });

  // A send on a connection that was reset gives -1 and takes the system's error with it. Bun then told of an orderly FIN, so that
  // a lost answer looked like a complete one.
  trap("write() that meets a reset before Bun tells of it ends with a BrokenError", async (context) => {
    const { socket, peer, recorder } = await context.open();
    peer.reset();
    // Within the same task: Bun has not polled.
    for (let index = 0; index < 3; index++) assert.equal(socket.write("lost"), true);
    assert.deepEqual(recorder.events, []);
    await context.until(() => recorder.closed, "close");
    assert.ok(recorder.error instanceof BrokenError);
    assert.deepEqual(recorder.events, ["close"]);
  });

  trap("end() that meets a reset before Bun tells of it ends with a BrokenError", async (context) => {
    const { socket, peer, recorder } = await context.open();
    peer.reset();
    socket.end();
    await context.until(() => recorder.closed, "close");
    assert.ok(recorder.error instanceof BrokenError);
  });

  // What `givesChunks` says, so that a body's bytes need not be copied.
  trap("each chunk is in a buffer of its own, as long as it is, which later ones leave alone", async (context) => {
    const { recorder, peer } = await context.open();
    const kept: Uint8Array[] = [];
    recorder.onData = (chunk) => kept.push(chunk);
    for (let round = 0; round < 20; round++) {
      peer.send(new Uint8Array(50_000 + round * 10_000).fill(round));
      await context.until(() => recorder.received === (round + 1) * (50_000 + round * 5_000), "the round's bytes");
    }
    assert.equal(new Set(kept.map(({ buffer }) => buffer)).size, kept.length);
    for (const chunk of kept) assert.equal(chunk.buffer.byteLength, chunk.length);
    assert.deepEqual(Buffer.concat(kept), Buffer.concat(recorder.chunks));
  });

  // Bun 1.4 puts off the FIN of a paused socket, and kept its descriptor when it was ended so (bun PR 32488).
  trap("abort() of a paused socket whose peer has gone frees its descriptor", async (context) => {
    const before = descriptors();
    const connections: Connection[] = [];
    for (let index = 0; index < 20; index++) connections.push(await context.open((socket) => socket.pause()));
    for (const { peer, socket } of connections) {
      peer.end();
      socket.end();
    }
    await context.quiet();
    assert.ok(connections.every(({ recorder }) => !recorder.closed));
    for (const { socket } of connections) socket.abort();
    await context.until(() => connections.every(({ recorder, peer }) => recorder.closed && peer.closed), "close");
    // The listeners are still there.
    await context.until(() => descriptors() - before <= connections.length, "no more descriptors than listeners");
  });

  trap("connect() keeps a reset that comes before there is a handler", async (context) => {
    const listener = await context.listen(LOOPBACK, (socket) => {
      context.record(socket);
      socket.abort();
    });
    const socket = await context.engine.connect(listener.address);
    await context.quiet();
    const recorder = context.record(socket);
    assert.deepEqual(recorder.events, []);
    await context.until(() => recorder.closed, "close");
    assert.ok(recorder.error instanceof BrokenError);
  });

  // A Unix socket's EOF was told as an end even where half-open ones were asked for (bun PR 33498), and a partial write from within
  // it brought it again each turn (bun PR 35939).
  trap("end() comes once, though a partial write from within it waits", async (context) => {
    const found: { recorder?: Recorder } = {};
    const listener = await context.listen({ transport: "unix", path: unixPath() }, (socket) => {
      const recorder = found.recorder = context.record(socket);
      recorder.onEnd = () => {
        socket.write(new Uint8Array(5_000_000));
        socket.end();
      };
    });
    const peer = await context.peer(listener.address);
    peer.pause();
    peer.end();
    await context.until(() => found.recorder?.ended === true, "the end");
    await context.quiet();
    peer.resume();
    await context.until(() => peer.ended, "FIN");
    assert.equal(peer.received, 5_000_000);
    await context.until(() => found.recorder?.closed === true, "close");
    assert.equal(found.recorder?.error, null);
  });

  for (const event of ["accept", "data", "drain", "end", "close"] as const) {
    trap(`a handler that throws in ${event}() loses its connection only, and is heard of`, async (context) => {
      const bug = new Error(`a bug in ${event}`);
      const throwBug = () => {
        throw bug;
      };
      const thrown = await thrownFromImmediates(async () => {
        const { socket, recorder, peer } = await context.open((_socket, recorder) => {
          recorder.onData = event === "data" ? throwBug : null;
          recorder.onDrain = event === "drain" ? throwBug : null;
          recorder.onEnd = event === "end" ? throwBug : null;
          recorder.onClose = event === "close" ? throwBug : null;
          if (event === "accept") throwBug();
        });
        peer.send("x");
        if (event === "drain") {
          socket.cork();
          socket.write(new Uint8Array(100_000));
          socket.uncork();
        }
        peer.end();
        if (event === "close") socket.end();
        await context.until(() => recorder.closed, "close");
        assert.equal(recorder.error, null);
      });
      assert.deepEqual(thrown, [bug]);
    });
  }

  trap("listen() replaces a Unix socket's file on which nobody listens", async (context) => {
    const [first, path] = [unixPath(), unixPath()];
    const gone = await context.listen({ transport: "unix", path: first }, (socket) => socket.abort());
    // A second name of the file outlives the listener.
    linkSync(first, path);
    await gone.close();
    const listener = await context.listen({ transport: "unix", path, mode: 0o640 }, (socket) => {
      const recorder = context.record(socket);
      recorder.onData = () => socket.write("served");
    });
    assert.equal(statSync(path).mode & 0o777, 0o640);
    const peer = await context.peer(listener.address);
    peer.send("x");
    await context.until(() => peer.text === "served", "an answer");
  });

  trap("listen() on an unknown name, and connect() to one, are BrokenErrors", async (context) => {
    // RFC 6761: never a name.
    const nowhere = { transport: "tcp", hostname: "heddle.invalid", port: 0 } as const;
    await assert.rejects(context.listen(nowhere, () => {}), {
      name: "BrokenError",
      message: "listen on heddle.invalid:0: unknown host name",
    });
    await assert.rejects(context.engine.connect({ ...nowhere, port: 80 }), {
      name: "BrokenError",
      // The second where the machine has no name service.
      message: /^connect to heddle\.invalid:80: (unknown host name|name service does not answer)$/,
    });
  });

  trap("listen() tells the port number it cannot use as the caller's mistake", async (context) => {
    await assert.rejects(context.listen({ transport: "tcp", hostname: "127.0.0.1", port: 70_000 }, () => {}), RangeError);
  });

  // At its limit of descriptors Bun 1.4 asks for the waiting connection again and again (bun PR 32705): 80 % of a CPU, for nothing.
  test("bun: listen() resets clients for whom there is no descriptor, and rests", { timeout: 40_000 }, limitedListener);
}

/** Runs the engine in a process that may have 64 descriptors, and more clients than that. */
async function limitedListener(): Promise<void> {
  const engine = new URL("../../src/io/bun.ts", import.meta.url).href;
  const program = `
    import { createBunEngine } from ${JSON.stringify(engine)};
    const options = { transport: "tcp", hostname: "127.0.0.1", port: 0 };
    const listener = await createBunEngine().listen(options, (socket) => {
      socket.handler = { data() { socket.write("served"); }, drain() {}, end() { socket.end(); }, close() {} };
    });
    console.log(listener.address.port);
    process.stdin.on("data", () => {
      const before = process.cpuUsage();
      setTimeout(() => console.log(process.cpuUsage(before).user + process.cpuUsage(before).system), 500);
    });`;
  const child = spawn("sh", ["-c", `ulimit -n 64; exec "$0" -e "$1"`, process.execPath, program], { stdio: ["pipe", "pipe", "inherit"] });
  const clients: RawClient[] = [];
  try {
    const port = Number(await line(child.stdout));
    let refused = 0;
    for (let index = 0; index < 100; index++) {
      // A reset may come before the client hears that it is connected.
      const client = await RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port }).catch(() => null);
      if (client === null) refused++;
      else clients.push(client);
    }
    clients.forEach((client) => client.send("x"));
    await until(() => clients.every((client) => client.text === "served" || client.closed));
    refused += clients.filter((client) => client.errorCode === "ECONNRESET").length;
    assert.ok(refused >= 52 && refused < 90, `${refused} of 100 were reset`);
    assert.equal(clients.filter((client) => client.text === "served").length, 100 - refused);
    child.stdin.write("measure\n");
    const cpuMicroseconds = Number(await line(child.stdout));
    assert.ok(cpuMicroseconds < 100_000, `it used ${cpuMicroseconds / 1000} ms of 500`);
    clients.forEach((client) => client.destroy());
    // Until the process has seen that they are gone it has no descriptor for another one.
    while (!await isServed(port, clients));
  } finally {
    clients.forEach((client) => client.destroy());
    child.kill("SIGKILL");
  }
}

/** Asks on a new connection, which joins `clients`. @returns Whether there was an answer; it may be reset. */
async function isServed(port: number, clients: RawClient[]): Promise<boolean> {
  const client = await RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port }).catch(() => null);
  if (client === null) return false;
  clients.push(client);
  client.send("x");
  await until(() => client.text === "served" || client.closed);
  return client.text === "served";
}

/** Waits until something is so; the test's own limit ends it otherwise. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await realTurn();
}

async function line(output: NodeJS.ReadableStream): Promise<string> {
  const [data] = await once(output, "data");
  return String(data).trim();
}

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

/** Runs something with `setImmediate` taken over, and gives what was thrown from there, which would end the test run otherwise. */
async function thrownFromImmediates(run: () => Promise<void>): Promise<unknown[]> {
  const original = globalThis.setImmediate;
  const errors: unknown[] = [];
  const caught = (callback: (...values: unknown[]) => void, ...values: unknown[]) =>
    original(() => {
      try {
        callback(...values);
      } catch (error) {
        errors.push(error);
      }
    });
  Reflect.set(globalThis, "setImmediate", caught);
  try {
    await run();
    await sleep(5);
  } finally {
    Reflect.set(globalThis, "setImmediate", original);
  }
  return errors;
}
