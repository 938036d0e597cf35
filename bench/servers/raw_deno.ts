// The limit on Deno: a canned reply to every read, with Deno.listen and nothing else; with --run each is written in an AsyncLocalStorage's run.
// Usage: deno run -A raw_deno.ts [--close] [--run] [PORT]
import { AsyncLocalStorage } from "node:async_hooks";
import { readArguments } from "./arguments.ts";

const REPLY = "HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: 13\r\n\r\nHello, World!";

const close = Deno.args.includes("--close");
const reply = new TextEncoder().encode(close ? REPLY.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n") : REPLY);
const storage = Deno.args.includes("--run") ? new AsyncLocalStorage<number>() : null;
const listener = Deno.listen({ hostname: "127.0.0.1", port: readArguments(Deno.args).port, tcpBacklog: 1024 });
console.log(`listening on http://127.0.0.1:${listener.addr.port}`);
for (;;) void answer(await listener.accept());

async function answer(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay(true);
  const buffer = new Uint8Array(1024);
  try {
    while (await conn.read(buffer) !== null) {
      await (storage === null ? conn.write(reply) : storage.run(1, () => conn.write(reply)));
      if (close) break;
    }
  } catch {
    // The client has gone.
  }
  conn.close();
}
