// The server that the faults are done to. Usage: deno run -A server.ts SETTINGS, bun server.ts ..., node server.ts ..., with settings as JSON.
import process from "node:process";
import { serve, sleep } from "../mod.ts";
import { tellStateOnSignal } from "../tests/support/server_state.ts";
import type { ServerSettings } from "./settings.ts";

const PIECE = new Uint8Array(65_536).fill(120);
const counts = { pulls: 0, waits: 0, aborts: 0 };

/** A stream of so many bytes, which is always ready and makes nothing: each of its chunks is the same one. */
function streamOf(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      counts.pulls++;
      if (left <= 0) return controller.close();
      controller.enqueue(PIECE.subarray(0, Math.min(left, PIECE.length)));
      left -= PIECE.length;
    },
  }, { highWaterMark: 0 });
}

async function countOf(request: Request): Promise<number> {
  let bytes = 0;
  for await (const chunk of request.body ?? []) bytes += chunk.length;
  return bytes;
}

/** The number behind a path's name: `/sleep/50`. */
const ROUTES: Readonly<Record<string, (request: Request, number: number) => Response | Promise<Response>>> = {
  hello: () => new Response("Hello, World!"),
  count: async (request) => new Response(String(await countOf(request))),
  stream: (_request, bytes) => new Response(streamOf(bytes)),
  async sleep(_request, ms) {
    await sleep(ms);
    return new Response("slept");
  },
  async ignore(_request, ms) {
    await sleep(ms);
    return new Response("not read");
  },
  async abort(request) {
    counts.waits++;
    await new Promise<void>((resolve) => {
      const aborted = () => {
        counts.aborts++;
        resolve();
      };
      // Its client may have gone while it waited for its core.
      if (request.signal.aborted) aborted();
      else request.signal.addEventListener("abort", aborted);
    });
    return new Response("nobody");
  },
};

const server = serve({
  ...JSON.parse(process.argv[2] ?? "{}") as ServerSettings,
  port: 0,
  fetch(request) {
    const [, name = "", number = "0"] = new URL(request.url).pathname.split("/");
    return ROUTES[name]?.(request, Number(number)) ?? new Response(null, { status: 404 });
  },
});
await server.ready;
// Before it says that it listens: from then on it is asked.
tellStateOnSignal([server], () => counts);
console.error(`listening on ${server.url}`);
