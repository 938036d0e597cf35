// The server of a soak: short timeouts, few cores, an app that does what apps do, well and badly. On SIGUSR2 it prints its state as a line of
// JSON. Usage: deno run -A server.ts, bun server.ts, node server.ts
import { serve, type ServeOptions, sleep } from "../mod.ts";
import { createIdentity } from "../tests/support/certificate.ts";
import { tellStateOnSignal } from "../tests/support/server_state.ts";
import { LARGE_BYTES, STREAM_BYTES, TIMEOUT_MS } from "./promises.ts";

const PIECE = new Uint8Array(16_384).fill(120);

/** A stream of so many bytes; without an end if there are Infinity. */
function streamOf(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes;
  return new ReadableStream({
    async pull(controller) {
      if (bytes === Infinity) await sleep(5);
      if (left <= 0) return controller.close();
      controller.enqueue(PIECE.slice(0, Math.min(left, PIECE.length)));
      left -= PIECE.length;
    },
  });
}

const ROUTES: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {
  "/hello": () => new Response("Hello, World!"),
  "/echo": async (request) => new Response(await request.arrayBuffer()),
  "/stream": () => new Response(streamOf(STREAM_BYTES)),
  "/large": () => new Response(streamOf(LARGE_BYTES)),
  "/endless": () => new Response(streamOf(Infinity)),
  "/sleep": async () => {
    await sleep(20);
    return new Response("slept");
  },
  "/unread": () => new Response("not read"),
  "/throw": () => {
    throw new Error("on purpose");
  },
  "/reject": () => Promise.reject(new Error("on purpose")),
  "/break": () => new Response(new ReadableStream({ pull: () => Promise.reject(new Error("on purpose")) })),
  "/cancel": () =>
    new Response(
      new ReadableStream({ pull: (controller) => controller.enqueue(PIECE), cancel: () => Promise.reject(new Error("on purpose")) }),
    ),
};

const options: ServeOptions = {
  fetch: (request) => (ROUTES[new URL(request.url).pathname] ?? (() => new Response(null, { status: 404 })))(request),
  http: "127.0.0.1:0",
  connections: 400,
  limitPostBytes: 4 * 1024 * 1024,
  timeouts: { firstByteMs: TIMEOUT_MS, headMs: TIMEOUT_MS, bodyIdleMs: TIMEOUT_MS, keepAliveMs: TIMEOUT_MS, writeStallMs: TIMEOUT_MS },
  // The app's errors are meant; one that the server makes itself is not.
  observer: {
    appError: (error) => {
      if (!(error instanceof Error && error.message === "on purpose")) console.error("error", error);
    },
  },
};

const server = serve({ ...options, async: 50, https: "127.0.0.1:0", tls: createIdentity() });
// Too small for a crowd: who finds no place in its queue gets a 503.
const crowded = serve({ ...options, async: 2, queue: 2, shed: true });
await Promise.all([server.ready, crowded.ready]);
tellStateOnSignal([server, crowded]);
console.error(`listening on ${[...server.urls, ...crowded.urls].map((url) => `${url}/`).join(" ")}`);
