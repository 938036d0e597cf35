// What strict HTTP alone costs: heddle's I/O engine and its exchange, which reads the head and writes the answer. There are no cores,
// deadlines or counters, no app, and no Request or Response: a server that has these cannot be nearer to the raw socket. With --json it
// parses the body and sends it back, with --sleep it answers after 10 ms by setTimeout.
// Usage: deno run -A http_alone.ts [--json | --sleep], bun http_alone.ts ..., node http_alone.ts ...
import process from "node:process";
import { Exchange } from "../../src/http/exchange.ts";
import { DEFAULT_LIMITS } from "../../src/http/limits.ts";
import { selectPlatform } from "../../src/io/select.ts";

type Answer = (body: string) => void;

const TEXT = [["content-type", "text/plain;charset=UTF-8"]] as const;
const JSON_TYPE = [["content-type", "application/json"]] as const;

const isJson = process.argv.includes("--json");
const sleeps = process.argv.includes("--sleep");
const decoder = new TextDecoder();
const { engine, latin1 } = await selectPlatform();
const date = new Date().toUTCString();
const listener = await engine.listen({ transport: "tcp", hostname: "127.0.0.1", port: 0 }, (socket) => {
  const exchange = new Exchange(DEFAULT_LIMITS, () => date, latin1);
  const answer: Answer = isJson ? (body) => send(JSON_TYPE, JSON.stringify(JSON.parse(body))) : () => send(TEXT, "Hello, World!");
  const finish: Answer = sleeps ? () => void setTimeout(answer, 10, "") : answer;
  let body = "";
  const send = (fields: typeof TEXT | typeof JSON_TYPE, text: string): void => {
    socket.write(exchange.sendWhole(200, "", fields, text));
    exchange.nextRequest();
  };
  socket.handler = {
    data(chunk) {
      exchange.receive(chunk);
      for (let event = exchange.next(); event.type === "head" || event.type === "data" || event.type === "end"; event = exchange.next()) {
        if (event.type === "data") body += decoder.decode(event.bytes);
        else if (event.type === "end") {
          finish(body);
          body = "";
        }
      }
      exchange.hold();
    },
    drain() {},
    end: () => socket.end(),
    close() {},
  };
});
const { address } = listener;
if (address.transport === "tcp") console.log(`listening on http://127.0.0.1:${address.port}`);
