import type { DescriptorSide } from "../contract/socket.ts";
import { UnsupportedError } from "../errors.ts";
import { runtimeDisplayName } from "../io/runtime.ts";
import { openStream, type Stream } from "../io/streams.ts";
import { currentHost } from "./current_host.ts";

/** What is known of a descriptor. */
export interface AdoptOptions {
  /**
   * Which ways it goes. A pipe has one, and has to be given it.
   *
   * @default "both"
   */
  readonly side?: DescriptorSide;
}

/**
 * Takes an inherited pipe or stream socket over, as a stream that can be read, written and waited for. From then on it is the stream's alone: its bytes
 * are read ahead, and it is closed with the stream.
 *
 * @example
 * ```ts
 * const control = await adoptFd(3);
 * waitRead(control, { timeoutMs: 1000 });
 * ```
 * @param fd 0 to 2,147,483,647; not one that the runtime uses itself.
 * @throws {BrokenError} (as a rejection) It is no open descriptor of a pipe or a stream socket.
 * @throws {UnsupportedError} (as a rejection) A pipe on Bun, which its message names the way for.
 * @throws {RangeError} (as a rejection) The number is out of bounds.
 */
export async function adoptFd(fd: number, { side = "both" }: AdoptOptions = {}): Promise<Stream> {
  if (!(Number.isInteger(fd) && fd >= 0 && fd <= 0x7fff_ffff)) throw new RangeError(`adoptFd(${fd}): a descriptor's number is wanted`);
  const { io, after } = await currentHost();
  if (io.adopt === undefined) {
    const runtime = runtimeDisplayName();
    throw new UnsupportedError(runtime, `adopt descriptor ${fd}: the I/O engine "${io.name}" has no descriptors; leave --io out`);
  }
  return openStream(await io.adopt(fd, side), after, undefined, side);
}
