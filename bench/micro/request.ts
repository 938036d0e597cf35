/**
 * What heddle's own code takes of a hello, from a chunk to the answer's one write, in microseconds: a whole server on an I/O engine that does
 * nothing. No system call is in it, so that it tells a change of some ten nanoseconds, which on a socket are lost in the kernel's noise.
 * Run it on each runtime: `deno run -A`, `bun`, `node` `bench/micro/request.ts`.
 */
import process from "node:process";
import { serve } from "../../mod.ts";
import type { Address, IoEngine, Socket } from "../../src/contract/socket.ts";
import { installLightGlobals } from "../../src/http/globals.ts";
import { NO_HANDLER } from "../../src/io/no_handler.ts";
import { selectPlatform } from "../../src/io/select.ts";

const ROUNDS = 12;
const REQUESTS = 1_000_000;
const CONNECTIONS = 64;
/** Requests between two turns of the event loop, about as many as `wrk` leaves between two polls. */
const A_TURN = 16_384;

const ADDRESS: Address = { transport: "tcp", hostname: "127.0.0.1", port: 1 };
const HEAD = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n");

/** Takes all, and keeps nothing. */
class IdleSocket implements Socket {
  handler = NO_HANDLER;
  readonly local = ADDRESS;
  readonly remote = ADDRESS;
  readonly tls = null;
  readonly unsent = 0;
  write(): boolean {
    return true;
  }
  cork(): void {}
  uncork(): void {}
  pause(): void {}
  resume(): void {}
  end(): void {}
  close(): void {
    this.handler.close(null);
  }
  abort(): void {
    this.handler.close(null);
  }
}

const sockets = Array.from({ length: CONNECTIONS }, () => new IdleSocket());
const engine: IoEngine = {
  name: "memory",
  givesChunks: false,
  listen(_options, accept) {
    for (const socket of sockets) accept(socket);
    const done = () => Promise.resolve();
    return Promise.resolve({ address: ADDRESS, close: done, renew: done });
  },
  connect: () => Promise.reject(new TypeError("connect: nobody is there")),
};

function requests(count: number): void {
  for (let sent = 0; sent < count; sent++) sockets[sent % CONNECTIONS]!.handler.data(HEAD);
}

async function round(): Promise<number> {
  const start = process.cpuUsage();
  for (let sent = 0; sent < REQUESTS; sent += A_TURN) {
    requests(A_TURN);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  const { user, system } = process.cpuUsage(start);
  return (user + system) / (Math.ceil(REQUESTS / A_TURN) * A_TURN);
}

installLightGlobals();
const server = serve({ fetch: () => new Response("Hello, world!"), http: "127.0.0.1:0", platform: { ...await selectPlatform(), engine } });
await server.ready;
const rounds: number[] = [];
for (let count = 0; count < ROUNDS; count++) rounds.push(await round());
rounds.sort((a, b) => a - b);
console.log(`a hello: least ${rounds[0]!.toFixed(3)} us, median ${rounds[ROUNDS / 2]!.toFixed(3)} us`);
await server.close({ mercyMs: 0 });
