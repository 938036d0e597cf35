// Sends "GET /" at a fixed rate, whether or not earlier answers have come: wrk waits for them, and so does not see what they hold up.
// A latency counts from when its request was due, so that a late send makes nothing look faster. libc's calls, and a loop that never
// sleeps: the client has a processor of its own.
// Usage: deno run -A open_loop_deno.ts HOSTNAME PORT CONNECTIONS RATE COUNT
// Prints {"requestsPerSecond":…,"p50Micros":…,"p99Micros":…}.

const AF_INET = 2;
const SOCK_STREAM = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;

/** Requests before those that count: the loop is compiled by then. */
const WARM_UP_REQUESTS = 20_000;

/** Without any answer. */
const LONGEST_SILENCE_MS = 10_000;

const libc = Deno.dlopen("libc.so.6", {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  send: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "i32" },
}).symbols;

const [hostname = "127.0.0.1", port, connections, rate, count] = Deno.args;
const request = new TextEncoder().encode(`GET / HTTP/1.1\r\nHost: ${hostname}:${port}\r\n\r\n`);
const buffer = new Uint8Array(65_536);
// As libc's calls take them.
const requestSize = BigInt(request.length);
const bufferSize = BigInt(buffer.length);

const sockets = Array.from({ length: Number(connections) }, open);
const answerLength = sockets.map(ask).reduce((first, length) => {
  if (length !== first) throw new Error(`ask ${hostname}:${port}: answers of ${first} and of ${length} bytes`);
  return first;
});
run(WARM_UP_REQUESTS);
const { latencies, seconds } = run(Number(count));
latencies.sort();
const percentile = (part: number) => Math.round(latencies[Math.ceil(latencies.length * part) - 1]! * 1000);
console.log(JSON.stringify({ requestsPerSecond: latencies.length / seconds, p50Micros: percentile(0.5), p99Micros: percentile(0.99) }));
Deno.exit(0);

function open(): number {
  const socket = libc.socket(AF_INET, SOCK_STREAM, 0);
  // sockaddr_in: the family in the machine's order, which is little-endian; port and address in the network's.
  const address = Uint8Array.of(
    AF_INET,
    0,
    Number(port) >> 8,
    Number(port) & 255,
    ...hostname.split(".").map(Number),
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
  );
  if (socket < 0 || libc.connect(socket, address, address.length) < 0) throw new Error(`connect to ${hostname}:${port}: refused`);
  return socket;
}

/** The length of the answer to one request, head and body. */
function ask(socket: number): number {
  send(socket);
  let text = "";
  for (;;) {
    const length = libc.recv(socket, buffer, bufferSize, 0);
    if (length <= 0) throw new Error(`ask ${hostname}:${port}: it closed without an answer`);
    text += String.fromCharCode(...buffer.subarray(0, length));
    const head = text.indexOf("\r\n\r\n") + 4;
    const whole = head + Number(/content-length: *(\d+)/i.exec(text)?.[1] ?? NaN);
    if (head > 3 && text.length >= whole) return whole;
  }
}

function send(socket: number): void {
  if (libc.send(socket, request, requestSize, MSG_NOSIGNAL) !== request.length) throw new Error(`send to ${hostname}:${port}: closed`);
}

/** Latencies in milliseconds, in the order of the answers. */
function run(count: number): { latencies: Float64Array; seconds: number } {
  const interval = 1000 / Number(rate);
  const latencies = new Float64Array(count);
  // By place in `sockets`. Free ones are taken in turn, so that each is used as often as any other.
  const free = sockets.map((_, place) => place);
  const busy: number[] = [];
  const due = new Float64Array(sockets.length);
  const received = new Uint32Array(sockets.length);
  const start = performance.now();
  let [sent, answered, last] = [0, 0, start];
  while (answered < count) {
    const now = performance.now();
    if (sent < count && free.length > 0 && now >= start + sent * interval) {
      const place = free.shift()!;
      due[place] = start + sent++ * interval;
      received[place] = 0;
      send(sockets[place]!);
      busy.push(place);
    }
    for (let at = busy.length - 1; at >= 0; at--) {
      const place = busy[at]!;
      if (!receive(place, received)) continue;
      last = performance.now();
      latencies[answered++] = last - due[place]!;
      busy[at] = busy.at(-1)!;
      busy.pop();
      free.push(place);
    }
    if (now - last > LONGEST_SILENCE_MS) throw new Error(`load ${hostname}:${port}: ${busy.length} requests have had no answer for 10 s`);
  }
  return { latencies, seconds: (last - start) / 1000 };
}

/** Whether the answer is there whole. An error of the socket looks like nothing to read, until the silence is too long. */
function receive(place: number, received: Uint32Array): boolean {
  const length = libc.recv(sockets[place]!, buffer, bufferSize, MSG_DONTWAIT);
  if (length < 0) return false;
  // "HTTP/1.1 2"
  if (length === 0 || (received[place] === 0 && buffer[9] !== 0x32)) throw new Error(`load ${hostname}:${port}: closed, or no 2xx`);
  received[place]! += length;
  if (received[place]! > answerLength) throw new Error(`load ${hostname}:${port}: more than an answer`);
  return received[place] === answerLength;
}
