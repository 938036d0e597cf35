/** Mixes all kinds of clients on one server for a time, and then looks whether it is as it was before. */
import { Random } from "../tests/support/random.ts";
import { CliProcess } from "../tests/support/cli_process.ts";
import { openFiles, residentBytes } from "../tests/support/process_facts.ts";
import { RawClient } from "../tests/support/raw_client.ts";
import { askState, type ServerState } from "../tests/support/server_state.ts";
import { type Actor, ACTORS, type Scene } from "./actors.ts";
import { TIMEOUT_MS } from "./promises.ts";

/** How it went. */
export interface SoakReport {
  /** Lives by kind. */
  readonly lives: Readonly<Record<string, number>>;
  readonly requests: number;
  /** Each promise that was broken; none if all is well. */
  readonly broken: readonly string[];
  /** How much more its heap has in use, garbage not counted. */
  readonly grownBytes: number;
  /** How much more is resident, less what the heap has grown by: V8's young generation grows by 60 MB on Node, with nothing in it. */
  readonly outsideBytes: number;
}

/** Clients at once: below the server's bound of connections, above its cores. */
const CLIENTS = 120;

/** The bound for what a slow peer may cost, here for all together: of what lies outside of the heap. */
const MOST_OUTSIDE_BYTES = 64 * 1024 * 1024;

/** Well above what a heap's own caches come to, and below 20 bytes a request in half an hour. */
const MOST_GROWN_BYTES = 16 * 1024 * 1024;

/** Heaps and pools grow once: Deno's process from 125 to 190 MB in the first 12 s, and by nothing in the 80 s after them (2.9.6). */
const WARM_UP_MS = 12_000;

/** All timeouts and the lingering close are over by then. */
const REST_MS = 3 * TIMEOUT_MS + 12_000;

const WEIGHTED: readonly (readonly [name: string, act: Actor])[] = ACTORS.flatMap(([name, weight, act]) =>
  Array.from({ length: weight }, () => [name, act] as const)
);

/**
 * Runs a soak on the runtime that this runs on.
 *
 * @param progress Called each 10 s.
 */
export async function soak(seconds: number, seed: number, progress: (line: string) => void = () => {}): Promise<SoakReport> {
  const server = new CliProcess([], { module: "soak/server", denoFlags: ["-A"] });
  const broken: string[] = [];
  const lives: Record<string, number> = {};
  try {
    await server.listening();
    const [plain = 0, secure = 0, crowded = 0] = [...server.stderr.matchAll(/https?:\S+/g)].map(([url]) => Number(new URL(url).port));
    const random = new Random(seed);
    const address = (port: number) => ({ transport: "tcp", hostname: "127.0.0.1", port }) as const;
    const scene: Scene = {
      random,
      connect: () => RawClient.connect(address(plain)),
      connectTls: () => RawClient.connectTls(address(secure)),
      connectCrowded: () => RawClient.connect(address(crowded)),
    };
    const liveUntil = async (end: number) => {
      while (performance.now() < end && broken.length === 0) {
        const [name, act] = random.of(WEIGHTED);
        await act(scene).catch((error: unknown) => broken.push(`${name}: ${error instanceof Error ? error.message : error}`));
        lives[name] = (lives[name] ?? 0) + 1;
      }
    };
    const mix = (ms: number) => Promise.all(Array.from({ length: CLIENTS }, () => liveUntil(performance.now() + ms)));
    await mix(Math.min(WARM_UP_MS, seconds * 500));
    const before = await atRest(server);
    const timer = setInterval(
      () => progress(`${Object.values(lives).reduce((sum, count) => sum + count, 0)} lives, ${mebibytes(residentBytes(server.pid))} MB`),
      10_000,
    );
    await mix(seconds * 1000).finally(() => clearInterval(timer));
    const after = await atRest(server);
    for (const name of ["connections", "busy", "queued", "stalled", "offloaded"] as const) {
      if (after.state[name] !== 0) broken.push(`${name}: ${after.state[name]} are left`);
    }
    if (after.files > before.files) broken.push(`descriptors: ${before.files} before, ${after.files} after`);
    const [held, grownBytes] = [before.state.heldBytes, after.state.heldBytes - before.state.heldBytes];
    if (grownBytes > MOST_GROWN_BYTES) broken.push(`memory: ${mebibytes(held)} MB held before, ${mebibytes(held + grownBytes)} MB after`);
    const heapGrown = Math.max(0, after.state.heapBytes - before.state.heapBytes);
    const outsideBytes = after.bytes - before.bytes - heapGrown;
    if (outsideBytes > MOST_OUTSIDE_BYTES) {
      const figures = `${mebibytes(before.bytes)} MB before, ${mebibytes(after.bytes)} MB after`;
      broken.push(`memory: ${figures}, of which the heap took ${mebibytes(heapGrown)} MB`);
    }
    const errors = server.stderr.split("\n").slice(1).filter((line) => line !== "");
    if (errors.length > 0) broken.push(`the server said: ${errors.slice(0, 5).join("\n")}`);
    return { lives, requests: after.state.requests, broken, grownBytes, outsideBytes };
  } finally {
    server.kill("SIGKILL");
    await server.exit;
  }
}

/** The server once nothing is left to do, or after as long as anything may take. */
async function atRest(server: CliProcess): Promise<{ state: ServerState; files: number; bytes: number }> {
  const end = performance.now() + REST_MS;
  for (;;) {
    const state = await askState(server);
    if (state.connections === 0 && state.busy === 0 || performance.now() > end) {
      return { state: await askState(server, true), files: openFiles(server.pid), bytes: residentBytes(server.pid) };
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function mebibytes(bytes: number): number {
  return Math.round(bytes / 1_048_576);
}
