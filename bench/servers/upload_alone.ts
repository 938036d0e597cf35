// What a Web stream alone costs an upload: heddle's I/O engine, a ReadableStream that gets each chunk as it comes (a copy, where the engine
// lends it), and the app that reads it. Of HTTP nothing is read but where a head ends, and nobody is paused.
// Usage: deno run -A upload_alone.ts, bun upload_alone.ts, node upload_alone.ts
import app from "../apps/upload.ts";
import { selectPlatform } from "../../src/io/select.ts";
import { announce } from "./announce.ts";
import { UploadCounter } from "./upload_counter.ts";

const { engine, copy = (bytes: Uint8Array) => bytes.slice() } = await selectPlatform();
const listener = await engine.listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 }, (socket) => {
  const counter = new UploadCounter();
  let stream: ReadableStreamDefaultController<Uint8Array> | null = null;
  const begin = (): ReadableStreamDefaultController<Uint8Array> => {
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (stream = controller) });
    void app.fetch({ body } as Request).then(async (response) => {
      const text = await response.text();
      socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
    });
    return stream!;
  };
  socket.handler = {
    data(chunk) {
      const controller = stream ?? begin();
      controller.enqueue(engine.givesChunks ? chunk : copy(chunk));
      if (!counter.take(chunk)) return;
      controller.close();
      stream = null;
    },
    drain() {},
    end: () => socket.end(),
    close() {},
  };
});
announce(listener.address);
