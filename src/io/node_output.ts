import { process } from "./node_process.ts";
import type { TextSink } from "../contract/output.ts";

/**
 * Standard output or standard error, on Node and Bun. Writes to the process's own stream: `fs.write` would leave a thread of Node's pool
 * blocked in a pipe that nobody reads, and the process could not exit before it is read (24.21).
 *
 * @param name The stream.
 */
export function createNodeOutput(name: "stdout" | "stderr"): TextSink {
  const stream = process[name];
  // Without a listener a closed pipe (EPIPE) would end the process; the write's own callback tells of it too.
  stream.on("error", () => {});
  return {
    write: (text) => new Promise((resolve, reject) => stream.write(text, (error) => error ? reject(error) : resolve())),
  };
}
