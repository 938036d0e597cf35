/**
 * Throttles a download by `sleep`, as uWSGI's documentation suggests: 64 KiB each 100 ms are 640 KiB/s.
 * `heddle serve examples/throttle.ts`, then `curl -o /dev/null http://127.0.0.1:8080/`.
 */
import { sleep } from "heddle";

const CHUNK = new Uint8Array(65_536).fill(0x2e);
const CHUNKS = 10;

export default {
  fetch(_request: Request): Response {
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (sent > 0) await sleep(100);
        controller.enqueue(CHUNK.slice());
        if (++sent === CHUNKS) controller.close();
      },
    }, { highWaterMark: 0 });
    return new Response(body, { headers: { "content-type": "application/octet-stream", "content-length": String(CHUNKS * CHUNK.length) } });
  },
};
