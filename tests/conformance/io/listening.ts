import assert from "node:assert/strict";
import { existsSync, linkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import type { Address, Socket } from "../../../src/contract/socket.ts";
import { BrokenError } from "../../../src/errors.ts";
import type { IoCase, IoContext, Recorder } from "./harness.ts";
import { echo, LOOPBACK, pattern, portOf } from "./harness.ts";

const refuse = (socket: Socket) => socket.abort();

async function broken(promise: Promise<unknown>, message: string): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof BrokenError, `a BrokenError, not ${error}`);
    assert.equal(error.message, message);
    assert.ok(error.cause !== undefined);
    return true;
  });
}

async function echoes(context: IoContext, address: Address): Promise<void> {
  const peer = await context.peer(address);
  peer.send("echo");
  await context.until(() => peer.text === "echo", "an echo");
}

const tcpCases: readonly IoCase[] = [
  {
    name: "listen() tells the real port, and sockets tell their addresses",
    async run(context) {
      const { listener, accepted } = await echo(context, LOOPBACK);
      const port = portOf(listener);
      assert.ok(port > 0 && port < 65_536);
      assert.deepEqual(listener.address, { transport: "tcp", hostname: "127.0.0.1", port });
      await echoes(context, listener.address);
      const [socket] = accepted[0] as [Socket, Recorder];
      assert.deepEqual(socket.local, listener.address);
      assert.ok(socket.remote.transport === "tcp");
      assert.equal(socket.remote.hostname, "127.0.0.1");
      assert.notEqual(socket.remote.port, port);
      assert.equal(socket.tls, null);
    },
  },
  {
    name: "remote is still told after close()",
    async run(context) {
      const { socket, recorder } = await context.open();
      socket.abort();
      await context.until(() => recorder.closed, "close");
      assert.ok(socket.remote.transport === "tcp" && socket.remote.port > 0);
    },
  },
  {
    name: "listen() on an address in use is a BrokenError that names it",
    async run(context) {
      const { listener } = await echo(context, LOOPBACK);
      const port = portOf(listener);
      await broken(context.listen({ ...LOOPBACK, port }, refuse), `listen on 127.0.0.1:${port}: address in use`);
      await echoes(context, listener.address);
    },
  },
  {
    name: "listen() on a foreign address is a BrokenError",
    async run(context) {
      // RFC 5737: an address for documentation, which is nobody's.
      const foreign = { transport: "tcp", hostname: "192.0.2.1", port: 8080 } as const;
      await broken(context.listen(foreign, refuse), "listen on 192.0.2.1:8080: not an address of this machine");
    },
  },
  {
    name: "close() of a listener frees the address at once, and accepted sockets live on",
    async run(context) {
      const { listener } = await echo(context, LOOPBACK);
      const port = portOf(listener);
      const peer = await context.peer(listener.address);
      peer.send("a");
      await context.until(() => peer.text === "a", "an echo");
      await listener.close();
      await listener.close();
      peer.send("b");
      await context.until(() => peer.text === "ab", "an echo after the listener's close");
      const again = await context.listen({ ...LOOPBACK, port }, refuse);
      assert.equal(portOf(again), port);
    },
  },
  {
    name: "close() of a listener refuses new connections",
    async run(context) {
      const { listener } = await echo(context, LOOPBACK);
      await listener.close();
      await broken(context.engine.connect(listener.address), `connect to 127.0.0.1:${portOf(listener)}: connection refused`);
    },
  },
  {
    name: "listen() on ::1 serves IPv6",
    async run(context) {
      const { listener, accepted } = await echo(context, { transport: "tcp", hostname: "::1", port: 0 });
      assert.deepEqual(listener.address, { transport: "tcp", hostname: "::1", port: portOf(listener) });
      await echoes(context, listener.address);
      const [socket] = accepted[0] as [Socket, Recorder];
      assert.ok(socket.remote.transport === "tcp");
      assert.equal(socket.remote.hostname, "::1");
    },
  },
  {
    name: "listen() on :: serves IPv4 too, and names its clients as IPv4",
    async run(context) {
      const { listener, accepted } = await echo(context, { transport: "tcp", hostname: "::", port: 0 });
      await echoes(context, { transport: "tcp", hostname: "::1", port: portOf(listener) });
      await echoes(context, { transport: "tcp", hostname: "127.0.0.1", port: portOf(listener) });
      for (const end of ["remote", "local"] as const) {
        const names = accepted.map(([{ [end]: address }]) => address.transport === "tcp" ? address.hostname : "");
        assert.deepEqual(names, ["::1", "127.0.0.1"]);
      }
    },
  },
  {
    name: "listen() takes a host name",
    async run(context) {
      const { listener } = await echo(context, { transport: "tcp", hostname: "localhost", port: 0, backlog: 10 });
      await echoes(context, listener.address);
    },
  },
];

const unixCases: readonly IoCase[] = [
  {
    name: "listen() on a Unix socket serves, tells its path, and removes the file at close()",
    unix: "only",
    async run(context) {
      const path = context.unixPath();
      const { listener, accepted } = await echo(context, { transport: "unix", path });
      assert.deepEqual(listener.address, { transport: "unix", path });
      await echoes(context, listener.address);
      const [socket] = accepted[0] as [Socket, Recorder];
      assert.deepEqual(socket.local, { transport: "unix", path });
      assert.deepEqual(socket.remote, { transport: "unix", path: "" });
      await listener.close();
      assert.equal(existsSync(path), false);
    },
  },
  {
    name: "listen() binds a Unix socket with its mode: at no moment it is more open",
    unix: "only",
    async run(context) {
      const path = context.unixPath();
      const umask = process.umask(0);
      try {
        const listening = context.listen({ transport: "unix", path, mode: 0o600 }, refuse);
        // Bound within the call; what would be done to the file after it is not done yet.
        assert.equal(statSync(path).mode & 0o777, 0o600);
        await listening;
        assert.equal(process.umask(0), 0);
      } finally {
        process.umask(umask);
      }
    },
  },
  {
    name: "listen() sets the mode of a Unix socket",
    unix: "only",
    async run(context) {
      const path = context.unixPath();
      await context.listen({ transport: "unix", path, mode: 0o600 }, refuse);
      assert.equal(statSync(path).mode & 0o777, 0o600);
    },
  },
  {
    name: "listen() gives a Unix socket to its owner, or says that it may not and leaves no file",
    unix: "only",
    async run(context) {
      const path = context.unixPath();
      // Root may give it to anybody; who is not root keeps it, and may not.
      const isRoot = process.getuid?.() === 0;
      const owner = isRoot ? { uid: 12_345, gid: 54_321 } : { uid: process.getuid!(), gid: process.getgid!() };
      await context.listen({ transport: "unix", path, owner, mode: 0o660 }, refuse);
      const { uid, gid, mode } = statSync(path);
      assert.deepEqual([uid, gid, mode & 0o777], [owner.uid, owner.gid, 0o660]);
      const group = context.unixPath();
      await context.listen({ transport: "unix", path: group, owner: { gid: owner.gid } }, refuse);
      assert.deepEqual([statSync(group).uid, statSync(group).gid], [process.getuid!(), owner.gid]);
      const link = context.unixPath();
      symlinkSync(path, link);
      await broken(context.listen({ transport: "unix", path: link, owner }, refuse), `listen on unix:${link}: address in use`);
      if (isRoot) return;
      const other = context.unixPath();
      const attempt = context.listen({ transport: "unix", path: other, owner: { uid: 0 } }, refuse);
      await broken(attempt, `listen on unix:${other}: give it to user 0: not permitted`);
      assert.equal(existsSync(other), false);
    },
  },
  {
    name: "listen() replaces a Unix socket on which nobody listens",
    unix: "only",
    async run(context) {
      const [first, path] = [context.unixPath(), context.unixPath()];
      const gone = await context.listen({ transport: "unix", path: first }, refuse);
      // A second name of the file outlives the listener, as the file does a process that was killed.
      linkSync(first, path);
      await gone.close();
      const { listener } = await echo(context, { transport: "unix", path, mode: 0o640 });
      assert.equal(statSync(path).mode & 0o777, 0o640);
      await echoes(context, listener.address);
    },
  },
  {
    name: "listen() leaves a Unix socket alone on which someone listens",
    unix: "only",
    async run(context) {
      const path = context.unixPath();
      const { listener } = await echo(context, { transport: "unix", path });
      await broken(context.listen({ transport: "unix", path }, refuse), `listen on unix:${path}: address in use`);
      await echoes(context, listener.address);
    },
  },
  {
    name: "listen() leaves a file alone that is no socket",
    unix: "only",
    async run(context) {
      const path = context.unixPath();
      writeFileSync(path, "precious");
      await broken(context.listen({ transport: "unix", path }, refuse), `listen on unix:${path}: address in use`);
      assert.equal(statSync(path).size, 8);
    },
  },
  {
    name: "listen() on a Unix path in a folder that is not there is a BrokenError",
    unix: "only",
    async run(context) {
      const path = join(dirname(context.unixPath()), "missing", "x.sock");
      await broken(context.listen({ transport: "unix", path }, refuse), `listen on unix:${path}: no such file or directory`);
    },
  },
  {
    name: "connect() to a Unix path where nothing is is a BrokenError",
    unix: "only",
    async run(context) {
      const path = context.unixPath();
      await broken(context.engine.connect({ transport: "unix", path }), `connect to unix:${path}: no such file or directory`);
    },
  },
];

const connectCases: readonly IoCase[] = [
  {
    name: "connect() gives a socket that is paused until resume()",
    unix: true,
    async run(context) {
      const listener = await context.listen(context.listenOptions, (socket) => {
        const recorder = context.record(socket);
        socket.write("hello");
        recorder.onData = (chunk) => socket.write(new Uint8Array(chunk));
        recorder.onEnd = () => socket.end();
      });
      const socket = await context.engine.connect(listener.address);
      await context.quiet();
      const recorder = context.record(socket);
      await context.quiet();
      assert.deepEqual(recorder.events, []);
      socket.resume();
      await context.until(() => recorder.text === "hello", "what was sent first");
      assert.deepEqual(socket.remote, listener.address);
      assert.equal(socket.local.transport, context.transport);
      const sent = pattern(1_000_000);
      socket.write(sent.slice());
      await context.until(() => recorder.received === sent.length + 5, "an echo");
      assert.ok(Buffer.concat(recorder.chunks).subarray(5).equals(sent));
      socket.end();
      await context.until(() => recorder.closed, "close");
      assert.equal(recorder.error, null);
      // Whether the large write drained at once or later is the kernel's affair.
      assert.deepEqual(recorder.events.filter((event) => event === "end" || event === "close"), ["end", "close"]);
    },
  },
  {
    name: "connect() takes a name or an IPv6 address, and tells the address",
    async run(context) {
      for (const [hostname, name] of [["127.0.0.1", "localhost"], ["::1", "::1"]] as const) {
        const { listener } = await echo(context, { transport: "tcp", hostname, port: 0 });
        const socket = await context.engine.connect({ transport: "tcp", hostname: name, port: portOf(listener) });
        context.record(socket);
        assert.deepEqual(socket.remote, listener.address);
      }
    },
  },
  {
    name: "connect() tells of an end that came before there was a handler",
    async run(context) {
      const listener = await context.listen(LOOPBACK, (socket) => {
        context.record(socket);
        socket.abort();
      });
      const socket = await context.engine.connect(listener.address).catch(() => null);
      // A reset so soon may make connect() itself fail.
      if (socket === null) return;
      await context.quiet();
      const recorder = context.record(socket);
      socket.resume();
      // Where the peer's runtime cannot reset, it is a FIN.
      await context.until(() => recorder.closed || recorder.ended, "close");
      if (!recorder.ended) assert.ok(recorder.error instanceof BrokenError);
    },
  },
  {
    name: "connect() may write before resume()",
    async run(context) {
      const { listener, accepted } = await echo(context, LOOPBACK);
      const socket = await context.engine.connect(listener.address);
      const recorder = context.record(socket);
      socket.write("early");
      await context.until(() => accepted[0]?.[1].text === "early", "the bytes");
      socket.resume();
      await context.until(() => recorder.text === "early", "the echo");
    },
  },
];

/** Listeners, their errors, and connections that we make. */
export const listeningCases: readonly IoCase[] = [...tcpCases, ...unixCases, ...connectCases];
