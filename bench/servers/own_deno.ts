// The runtime's own server: Deno.serve with an app of ../apps. Usage: deno run -A own_deno.ts [APP] [PORT] [--tls]
import { loadApp, readArguments, readTls } from "./arguments.ts";

const { app: name, port } = readArguments(Deno.args);
const app = await loadApp(name);
const tls = readTls(Deno.args);
Deno.serve({
  hostname: "127.0.0.1",
  port,
  ...tls,
  onListen: ({ port }) => console.log(`listening on ${tls === null ? "http" : "https"}://127.0.0.1:${port}`),
}, (request) => app.fetch(request));
