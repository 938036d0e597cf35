import type nodeProcess from "node:process";

/**
 * `process`, as every runtime has it in `globalThis`. Not by `import`: of a module of its own Node reads each export, and with them opens
 * `process.stdin` and `process.stdout` (10 ms of a start, Node 24.21).
 */
export const process: typeof nodeProcess = globalThis.process;
