// The runtime's own server: Bun.serve with an app of ../apps. Usage: bun own_bun.ts [APP] [PORT] [--tls]
import { loadApp, readArguments, readTls } from "./arguments.ts";

const { app: name, port } = readArguments(Bun.argv.slice(2));
const app = await loadApp(name);
const tls = readTls(Bun.argv);
// Idle connections are left alone as long as heddle leaves them, and not for 10 s.
const server = Bun.serve({
  hostname: "127.0.0.1",
  port,
  idleTimeout: 75,
  ...(tls !== null && { tls }),
  fetch: (request) => app.fetch(request),
});
console.log(`listening on ${tls === null ? "http" : "https"}://127.0.0.1:${server.port}`);
