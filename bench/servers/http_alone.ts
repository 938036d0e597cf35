// What strict HTTP alone costs: heddle's I/O engine and its exchange, which reads the head and writes the answer. There are no cores,
// deadlines or counters, no app, and no Request or Response (fetch_alone.ts has these): a server that has them cannot be nearer to the
// raw socket. Usage: deno run -A http_alone.ts, bun http_alone.ts, node http_alone.ts
import { Exchange } from "../../src/http/exchange.ts";
import { DEFAULT_LIMITS } from "../../src/http/limits.ts";
import { selectPlatform } from "../../src/io/select.ts";
import { announce } from "./announce.ts";

const FIELDS = [["content-type", "text/plain;charset=UTF-8"]] as const;

const { engine, latin1 } = await selectPlatform();
const date = new Date().toUTCString();
const listener = await engine.listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 }, (socket) => {
  const exchange = new Exchange(DEFAULT_LIMITS, () => date, latin1);
  socket.handler = {
    data(chunk) {
      exchange.receive(chunk);
      for (let event = exchange.next(); event.type === "head" || event.type === "data" || event.type === "end"; event = exchange.next()) {
        if (event.type !== "end") continue;
        socket.write(exchange.sendWhole(200, "", FIELDS, "Hello, World!"));
        exchange.nextRequest();
      }
      exchange.hold();
    },
    drain() {},
    end: () => socket.end(),
    close() {},
  };
});
announce(listener.address);
