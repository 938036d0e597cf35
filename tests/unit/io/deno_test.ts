import assert from "node:assert/strict";
import { test } from "node:test";
import type { Socket } from "../../../src/contract/socket.ts";
import { createDenoEngine } from "../../../src/io/deno.ts";
import { FakeConn, FakeDeno, systemError } from "../../support/fake_deno.ts";

const TCP = { transport: "tcp", hostname: "127.0.0.1", port: 80 } as const;
const UNIX = { transport: "unix", path: "/run/app.sock" } as const;

const ignore = () => {};

// With no descriptors left `accept` fails at once, again and again (deno #10148): the loop must neither end nor spin.
test("listen() goes on accepting after errors, with a wait between", async () => {
  const deno = new FakeDeno();
  deno.accepts.push(...Array.from({ length: 4 }, () => systemError("EMFILE")), new FakeConn(), systemError("ECONNABORTED"), new FakeConn());
  const start = performance.now();
  await new Promise<void>((resolve) => {
    const accepted: Socket[] = [];
    const accept = (socket: Socket) => {
      if (accepted.push(socket) === 2) resolve();
    };
    void createDenoEngine(deno).listen(TCP, accept);
  });
  // 5 + 10 + 20 + 40, and 5 again; a timer may come a millisecond early.
  assert.ok(performance.now() - start >= 70);
});

test("listen() passes the backlog on, 1,024 by default", async () => {
  const deno = new FakeDeno();
  await createDenoEngine(deno).listen(TCP, ignore);
  await createDenoEngine(deno).listen({ ...TCP, backlog: 7 }, ignore);
  assert.deepEqual(deno.calls, ["listen 127.0.0.1:80, 1024", "listen 127.0.0.1:80, 7"]);
});

test("listen() replaces a Unix socket on which nobody listens", async () => {
  const deno = new FakeDeno();
  deno.listenErrors.push(systemError("EADDRINUSE"));
  deno.connectError = systemError("ECONNREFUSED");
  await createDenoEngine(deno).listen(UNIX, ignore);
  assert.deepEqual(deno.calls, ["listen /run/app.sock", "connect", "remove /run/app.sock", "listen /run/app.sock"]);
});

test("listen() removes nothing where it cannot be sure", async () => {
  for (const [isSocket, connectError] of [[true, null], [true, systemError("EAGAIN")], [false, systemError("ECONNREFUSED")]] as const) {
    const deno = new FakeDeno();
    deno.listenErrors.push(systemError("EADDRINUSE"));
    Object.assign(deno, { isSocket, connectError });
    await assert.rejects(createDenoEngine(deno).listen(UNIX, ignore), { message: "listen on unix:/run/app.sock: address in use" });
    assert.ok(!deno.calls.includes("remove /run/app.sock"));
  }
});

test("listen() closes again when the mode cannot be set", async () => {
  const deno = new FakeDeno();
  await assert.rejects(createDenoEngine(deno).listen({ ...UNIX, mode: 0o660 }, ignore), {
    message: "listen on unix:/run/app.sock: not permitted",
  });
  assert.deepEqual(deno.calls, ["listen /run/app.sock", "chmod /run/app.sock 660", "close"]);
});

test("listen() closes again when the owner cannot be set", async () => {
  const deno = new FakeDeno();
  await assert.rejects(createDenoEngine(deno).listen({ ...UNIX, path: "/no/such/app.sock", owner: { uid: 33 } }, ignore), {
    message: "listen on unix:/no/such/app.sock: give it to user 33: no such file or directory",
  });
  assert.deepEqual(deno.calls, ["listen /no/such/app.sock", "close"]);
});

test("listen() tells an unknown host name, which Deno gives no code", async () => {
  const deno = new FakeDeno();
  deno.listenErrors.push(new Error("failed to lookup address information: Name or service not known"));
  await assert.rejects(createDenoEngine(deno).listen({ ...TCP, hostname: "nope.invalid" }, ignore), {
    name: "BrokenError",
    message: "listen on nope.invalid:80: unknown host name",
  });
});

test("listen() leaves a wrong argument the caller's own error", async () => {
  const deno = new FakeDeno();
  deno.listenErrors.push(new RangeError("Invalid port (out of range): 70000"));
  await assert.rejects(createDenoEngine(deno).listen({ ...TCP, port: 70_000 }, ignore), { name: "RangeError" });
});

// Deno 2.9.6 asks the signal once more when the connection stands. Of one that had aborted in that turn it threw, and the connection was nobody's to close.
test("connect() whose signal aborts in the turn in which the connection stands closes it", async () => {
  const conn = new FakeConn();
  class LateDeno extends FakeDeno {
    override async connect(options?: { readonly path?: string; readonly signal?: AbortSignal }): Promise<FakeConn> {
      await new Promise((resolve) => setTimeout(resolve, 0));
      options?.signal?.throwIfAborted();
      return conn;
    }
  }
  const off = new AbortController();
  const connecting = createDenoEngine(new LateDeno()).connect({ ...TCP, signal: off.signal });
  const reason = new Error("not any more");
  off.abort(reason);
  await assert.rejects(connecting, reason);
  assert.deepEqual(conn.calls, ["close"]);
});
