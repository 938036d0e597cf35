// srvx with an app of ../apps. Usage: node srvx_node.ts [APP] [PORT]
import { type FetchApp, loadApp, readArguments } from "./arguments.ts";
import { importPackage } from "./packages.ts";

interface Srvx {
  serve(options: FetchApp & { hostname: string; port: number; silent: boolean }): { ready(): Promise<unknown>; readonly url?: string };
}

const { app: name, port } = readArguments(process.argv.slice(2));
const { serve } = await importPackage<Srvx>("srvx/dist/adapters/node.mjs");
const app = await loadApp(name);
const server = serve({ fetch: (request) => app.fetch(request), hostname: "127.0.0.1", port, silent: true });
await server.ready();
console.log(`listening on ${server.url}`);
