import { process } from "../io/node_process.ts";
import { NodeClock } from "../io/clock_node.ts";
import { createDenoOutput } from "../io/deno_output.ts";
import { createNodeOutput } from "../io/node_output.ts";
import { LineWriter } from "../observe/line_writer.ts";

/** How long an exit waits for standard output and standard error to take what is held. */
const FLUSH_MS = 500;

/** Where a command writes. */
export interface Streams {
  /** Standard output: what was asked for, and the access log. */
  readonly out: LineWriter;
  /** Standard error: all else. */
  readonly err: LineWriter;
}

/** Opens standard output and standard error. */
export function openStreams(): Streams {
  const clock = new NodeClock();
  const open = process.versions.deno === undefined ? createNodeOutput : createDenoOutput;
  const err = new LineWriter(open("stderr"), clock, "standard error");
  return { out: new LineWriter(open("stdout"), clock, "standard output", err), err };
}

/** Writes what is held, and says what was lost; gives up on a reader that has stopped. */
export async function flushStreams({ out, err }: Streams): Promise<void> {
  await withinFlushTime(out.flush());
  out.tellLost();
  await withinFlushTime(err.flush());
  err.tellLost();
  await withinFlushTime(err.flush());
}

async function withinFlushTime(flushed: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([flushed, new Promise<void>((resolve) => timer = setTimeout(resolve, FLUSH_MS))]);
  clearTimeout(timer);
}
