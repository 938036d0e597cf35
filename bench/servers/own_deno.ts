// The runtime's own server: Deno.serve with an app of ../apps. Usage: deno run -A own_deno.ts [APP] [PORT]
import { loadApp, readArguments } from "./arguments.ts";

const { app: name, port } = readArguments(Deno.args);
const app = await loadApp(name);
Deno.serve({
  hostname: "127.0.0.1",
  port,
  onListen: ({ port }) => console.log(`listening on http://127.0.0.1:${port}`),
}, (request) => app.fetch(request));
