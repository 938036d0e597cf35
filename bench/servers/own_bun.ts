// The runtime's own server: Bun.serve with an app of ../apps. Usage: bun own_bun.ts [APP] [PORT]
import { loadApp, readArguments } from "./arguments.ts";

const { app: name, port } = readArguments(Bun.argv.slice(2));
const app = await loadApp(name);
// Idle connections are left alone as long as heddle leaves them, and not for 10 s.
const server = Bun.serve({ hostname: "127.0.0.1", port, idleTimeout: 75, fetch: (request) => app.fetch(request) });
console.log(`listening on http://127.0.0.1:${server.port}`);
