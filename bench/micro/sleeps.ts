/**
 * How late sleeps are, and whether one is early, while the loop is free: 100 requests of 50 sleeps each, of 1 to 100 ms.
 * Run it on each runtime: `deno run -A`, `bun`, `node` `bench/micro/sleeps.ts`.
 */
import process from "node:process";
import { serve, sleep } from "../../mod.ts";

const REQUESTS = 100;
const SLEEPS = 50;
const LONGEST_MS = 100;

const late: number[] = [];
const server = serve({
  port: 0,
  observer: {},
  async fetch() {
    for (let count = 0; count < SLEEPS; count++) {
      const ms = 1 + Math.random() * (LONGEST_MS - 1);
      const from = performance.now();
      await sleep(ms);
      late.push(performance.now() - from - ms);
    }
    return new Response();
  },
});
await server.ready;
await Promise.all(Array.from({ length: REQUESTS }, () => fetch(server.url).then((response) => response.text())));
await server.close();
late.sort((one, other) => one - other);
const at = (share: number) => `${late[Math.floor(share * (late.length - 1))]!.toFixed(2)} ms`;
console.log(`${late.length} sleeps: earliest ${at(0)}, p50 ${at(0.5)}, p99 ${at(0.99)}, latest ${at(1)}`);
process.exit(late[0]! < 0 ? 1 : 0);
