// The runtime's own server: node:http or node:https with a handler of own_node_handlers.ts. Usage: node own_node.ts [APP] [PORT] [--tls]
import http from "node:http";
import https from "node:https";
import { readArguments, readTls } from "./arguments.ts";
import { HANDLERS } from "./own_node_handlers.ts";

const { app, port } = readArguments(process.argv.slice(2));
const handler = HANDLERS[app];
if (handler === undefined) throw new Error(`serve "${app}": there are ${Object.keys(HANDLERS).join(", ")}`);
const tls = readTls(process.argv);
const server = tls === null ? http.createServer(handler) : https.createServer(tls, handler);
// As long as heddle leaves a connection idle: node:http's 5 s are over before 10,000 are open and loaded.
server.keepAliveTimeout = 75_000;
server.listen(port, "127.0.0.1", 1024, () => {
  const address = server.address();
  if (address !== null && typeof address === "object") {
    console.log(`listening on ${tls === null ? "http" : "https"}://127.0.0.1:${address.port}`);
  }
});
