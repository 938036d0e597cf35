// @hono/node-server with an app of ../apps; it puts its light Request and Response in the place of the global ones, as it does by itself.
// Usage: node hono_node.ts [APP] [PORT]
import { type FetchApp, loadApp, readArguments } from "./arguments.ts";
import { importPackage } from "./packages.ts";

interface HonoNodeServer {
  serve(options: FetchApp & { hostname: string; port: number }, listening: (info: { port: number }) => void): unknown;
}

const { app: name, port } = readArguments(process.argv.slice(2));
const { serve } = await importPackage<HonoNodeServer>("@hono/node-server/dist/index.mjs");
const app = await loadApp(name);
serve(
  { fetch: (request) => app.fetch(request), hostname: "127.0.0.1", port },
  (info) => console.log(`listening on http://127.0.0.1:${info.port}`),
);
