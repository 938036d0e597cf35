/**
 * Where a thread of the worker engine begins, also one of a program that calls `serve()`: unlike its main thread's, a thread's globals are
 * heddle's own. It loads the app and serves it.
 */
import { process } from "../io/node_process.ts";

// As in main.ts: each of them loads these modules again.
if (process.versions.deno === undefined && process.versions.bun === undefined) (await import("./compile_cache.ts")).enableCompileCache();
const { serveThread } = await import("./serve_thread.ts");
await serveThread();
