// @hono/node-server with its serveStatic. Usage: node static_hono.ts FOLDER
import { Hono, type MiddlewareHandler } from "hono";
import { importPackage } from "./packages.ts";

interface HonoNodeServer {
  serve(options: { fetch: Hono["fetch"]; hostname: string; port: number }, listening: (info: { port: number }) => void): unknown;
}

interface HonoServeStatic {
  serveStatic(options: { root: string }): MiddlewareHandler;
}

const { serve } = await importPackage<HonoNodeServer>("@hono/node-server/dist/index.mjs");
const { serveStatic } = await importPackage<HonoServeStatic>("@hono/node-server/dist/serve-static.mjs");
const app = new Hono().use("*", serveStatic({ root: process.argv[2]! }));
serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, (info) => console.log(`listening on http://127.0.0.1:${info.port}`));
