#!/usr/bin/env node
import { process } from "../io/node_process.ts";

// Each module of Node's that is imported costs a start on Deno some milliseconds.
if (process.versions.deno === undefined && process.versions.bun === undefined) (await import("./compile_cache.ts")).enableCompileCache();
// Imported after that, so that it is kept too.
const { runCommand } = await import("./run_command.ts");

// An app may hold timers and sockets of its own, which would keep a process alive that is done.
process.exit(await runCommand(process.argv.slice(2)));
