// The limit of a streamed answer on Deno: 64 framed chunks of 16 KiB to each read, with Deno.listen.
// Usage: deno run -A raw_stream_deno.ts [PORT]
import { readArguments } from "./arguments.ts";
import { framedChunk, STREAM_CHUNKS, STREAM_END, STREAM_HEAD } from "./stream_reply.ts";

const encoder = new TextEncoder();
const head = encoder.encode(STREAM_HEAD);
const chunk = framedChunk();
const end = encoder.encode(STREAM_END);
const listener = Deno.listen({ hostname: "127.0.0.1", port: readArguments(Deno.args).port, tcpBacklog: 1024 });
console.log(`listening on http://127.0.0.1:${listener.addr.port}`);
for (;;) void answer(await listener.accept());

async function answer(conn: Deno.TcpConn): Promise<void> {
  conn.setNoDelay(true);
  const buffer = new Uint8Array(1024);
  try {
    while (await conn.read(buffer) !== null) {
      await writeAll(conn, head);
      for (let sent = 0; sent < STREAM_CHUNKS; sent++) await writeAll(conn, chunk);
      await writeAll(conn, end);
    }
  } catch {
    // The client has gone.
  }
  conn.close();
}

/** A write may be short. */
async function writeAll(conn: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await conn.write(at === 0 ? bytes : bytes.subarray(at));
}
