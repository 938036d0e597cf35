/**
 * An event stream, which holds no core once its head is out: thousands of listeners leave all cores free.
 * `heddle serve examples/server_sent_events.ts`, then `curl -N http://127.0.0.1:8080/`.
 */
const encoder = new TextEncoder();

export default {
  fetch(request: Request): Response {
    let count = 0;
    let timer: ReturnType<typeof setInterval>;
    const events = new ReadableStream<Uint8Array>({
      start(controller) {
        timer = setInterval(() => controller.enqueue(encoder.encode(`id: ${++count}\ndata: ${new Date().toISOString()}\n\n`)), 250);
      },
      cancel() {
        clearInterval(timer);
      },
    });
    request.signal.addEventListener("abort", () => clearInterval(timer));
    return new Response(events, { headers: { "content-type": "text/event-stream", "cache-control": "no-store" } });
  },
};
