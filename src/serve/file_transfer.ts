import type { ResponseParts } from "../http/response.ts";
import type { FilePart } from "../contract/files.ts";
import { shorterFile } from "../static/file_stream.ts";
import type { ActiveRequest } from "./active_request.ts";
import { giveFileBuffer, takeFileBuffer } from "./file_buffers.ts";

/**
 * Sends a part of a file without a stream: one read, one write, no faster than the client takes it. A file that has become shorter ends the connection.
 */
export function sendFile(request: ActiveRequest, parts: ResponseParts, part: FilePart): void {
  new FileTransfer(request, parts, part).start();
}

/** A client that takes longer for what it gets at a time is read for in small pieces: 256 KiB in this time are 20 Mbit/s. */
const SLOW_MS = 100;

/**
 * A read at once that takes longer was no copy from the system's memory: the next ones, as many as `READS_BY_THREAD`, are left to a thread. To have a thread
 * copy costs as much as the copy; and a disk that is slow stops the others for one read in 4 MiB at most, as it does in nginx for each.
 */
const IN_MEMORY_MS = 2;

const READS_BY_THREAD = 16;

/**
 * Reads at once in a row, 1 MiB: then the others have a turn. A file of 10 MiB costs 0.82 of what it does with every read by a thread on Node 24, 0.92 on
 * Deno 2.9.6, and as much on Bun 1.4.5.
 */
const READS_A_TURN = 4;

/** One transfer, in callbacks that live as long as it. */
class FileTransfer {
  readonly #request: ActiveRequest;
  readonly #parts: ResponseParts;
  readonly #part: FilePart;
  /** Where the next read begins. */
  #at: number;
  /** What the read under way fills, and how much of it. */
  #buffer: Uint8Array | null = null;
  #wanted = 0;
  /** What was written and may be unsent, in order; Deno tells of what it has taken in a later turn. */
  readonly #sent: Uint8Array[] = [];
  /** Reads that a thread does before one is tried at once: the first one, which has the system read ahead. */
  #byThread = 1;
  /** Reads at once that are left in this turn. */
  #left = READS_A_TURN;
  /** When the client last had to be waited for, by the clock. */
  #waitsSince = 0;
  /** The client takes what it gets without delay: a large buffer is soon back. */
  #isFast = true;

  constructor(request: ActiveRequest, parts: ResponseParts, part: FilePart) {
    this.#request = request;
    this.#parts = parts;
    this.#part = part;
    this.#at = part.start;
  }

  start(): void {
    const { reply } = this.#request;
    const { status, statusText, fields } = this.#parts;
    try {
      reply.start(status, statusText, fields);
    } catch (error) {
      this.#fail(error);
      return;
    }
    // Where nothing is read at the time: what is, ends it when it is in.
    reply.onGone = () => {
      if (this.#buffer === null) this.#close();
    };
    this.#run();
  }

  /** Reads and writes as long as all is at hand. */
  #run(): void {
    const { reply, server } = this.#request;
    try {
      while (!reply.closed && this.#at < this.#part.end) {
        const { file, end } = this.#part;
        const buffer = takeFileBuffer(this.#isFast);
        this.#buffer = buffer;
        this.#wanted = Math.min(buffer.length, end - this.#at);
        const into = buffer.length === this.#wanted ? buffer : buffer.subarray(0, this.#wanted);
        if (file.readNow === undefined || this.#byThread > 0 || this.#left === 0) {
          if (this.#byThread > 0) this.#byThread--;
          this.#left = READS_A_TURN;
          file.read(into, this.#at).then(this.#took, this.#fail);
          return;
        }
        this.#left--;
        const since = server.clock.now();
        const count = file.readNow(into, this.#at);
        if (server.clock.now() - since > IN_MEMORY_MS) this.#byThread = READS_BY_THREAD;
        if (!this.#send(count)) return this.#wait();
      }
      this.#end();
    } catch (error) {
      this.#fail(error);
    }
  }

  readonly #took = (count: number): void => {
    try {
      if (this.#request.reply.closed) this.#end();
      else if (this.#send(count)) this.#run();
      else this.#wait();
    } catch (error) {
      this.#fail(error);
    }
  };

  /** @param count What was read. @returns Whether there is room for more. */
  #send(count: number): boolean {
    const { end, named } = this.#part;
    if (count < this.#wanted) throw shorterFile(named, this.#at + count, end);
    this.#at += count;
    return this.#write(this.#buffer!.subarray(0, count));
  }

  #write(chunk: Uint8Array): boolean {
    const { reply, connection } = this.#request;
    this.#sent.push(this.#buffer!);
    this.#buffer = null;
    const hasRoom = reply.started ? reply.writeAlone(chunk) : reply.write(chunk);
    // Bytes leave in order: while no more than this chunk is unsent, nothing of those before is.
    if (!connection.returnsBytes || connection.socket.unsent <= chunk.length) this.#giveBack(this.#sent.length - 1);
    return hasRoom;
  }

  /** @param count Of those that were written first. */
  #giveBack(count: number): void {
    const { returnsBytes, state } = this.#request.connection;
    for (const buffer of this.#sent.splice(0, count)) giveFileBuffer(buffer, returnsBytes && state !== "over");
  }

  #wait(): void {
    const { reply, server, task, holdsCore } = this.#request;
    if (holdsCore) server.scheduler.sending(task);
    this.#waitsSince = server.clock.now();
    reply.drained(this.#drained);
  }

  readonly #drained = (): void => {
    this.#isFast = this.#request.server.clock.now() - this.#waitsSince < SLOW_MS;
    this.#left = READS_A_TURN;
    // All of it has been taken.
    this.#giveBack(this.#sent.length);
    this.#run();
  };

  /** The last byte is with the socket, or nobody is there to take it. */
  #end(): void {
    this.#close();
    this.#request.reply.end();
  }

  readonly #fail = (error: unknown): void => {
    this.#close();
    this.#request.reply.fail(error);
  };

  #close(): void {
    const { connection, reply } = this.#request;
    if (this.#buffer !== null) giveFileBuffer(this.#buffer, true);
    const { returnsBytes, socket } = connection;
    // A socket that was given up says that nothing is unsent, and the system may have its last write all the same.
    const isFree = returnsBytes && socket.unsent === 0 && !reply.closed;
    for (const buffer of this.#sent.splice(0)) giveFileBuffer(buffer, isFree);
    this.#buffer = null;
    void this.#part.file.close();
  }
}
