// Opens connections, sends a request on each, and holds them until it is killed. Usage: deno run -A hold_deno.ts HOSTNAME PORT COUNT PATH
// Prints "holding" when each request of "/" is answered; for another path, when each has been sent.

/** So many are opened at a time: a listener's backlog is 1,024. */
const AT_A_TIME = 200;

const [hostname = "127.0.0.1", port, count, path = "/"] = Deno.args;
const request = new TextEncoder().encode(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
const buffer = new Uint8Array(4096);
// Held here: a connection that nobody refers to may be collected.
const held: Deno.TcpConn[] = [];

while (held.length < Number(count)) {
  const opening = Array.from({ length: Math.min(AT_A_TIME, Number(count) - held.length) }, open);
  held.push(...await Promise.all(opening));
}
console.log("holding");
await new Promise(() => setInterval(() => held.length, 60_000));

async function open(): Promise<Deno.TcpConn> {
  const connection = await Deno.connect({ hostname, port: Number(port) });
  await connection.write(request);
  // One read: the answer is as short as a segment.
  if (path === "/" && await connection.read(buffer) === null) throw new Error(`ask ${hostname}:${port}: it closed without an answer`);
  return connection;
}
