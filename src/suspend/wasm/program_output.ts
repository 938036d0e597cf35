import type { Reply } from "../../contract/engine.ts";
import type { Watcher, WriteTarget } from "../../contract/waiting.ts";
import { decodeLatin1 } from "../../http/latin1.ts";
import { Watchers } from "../../io/watchers.ts";
import { ProgramError } from "./program_error.ts";
import { badHead, type CgiHead, readCgiHead } from "./cgi_head.ts";

/** What is gathered before it is sent, and the longest head: as much as a request's head may have. */
const BLOCK_BYTES = 16_384;
const FIRST_BLOCK_BYTES = 1024;

const LF = 10;
const CR = 13;

/** Answers that have no length of their own (RFC 9110 section 8.6). */
const LENGTHLESS = [204, 205, 304];

/**
 * A program's standard output: a head of CGI's, then the body. What one slice writes leaves together, and at most 16 KiB of it; what a program
 * writes before it ends, if it is no more than that, leaves whole and with its length.
 */
export class ProgramOutput implements WriteTarget {
  readonly #reply: Reply;
  readonly #isHead: boolean;
  readonly #watchers = new Watchers();
  #block = new Uint8Array(FIRST_BLOCK_BYTES);
  #used = 0;
  /** Where the first line begins that has not been read. */
  #line = 0;
  #scanned = 0;
  #head: CgiHead | null = null;
  #started = false;
  #room = true;
  #sent = false;

  /** @param method The request's. */
  constructor(reply: Reply, method: unknown) {
    this.#reply = reply;
    this.#isHead = method === "HEAD";
  }

  /** Whether a write need not wait for the client. */
  get ready(): boolean {
    return this.#room;
  }

  /** A block was sent: it is time to give way. */
  get due(): boolean {
    return this.#sent || !this.#room;
  }

  /** The program has given way. */
  resumed(): void {
    this.#sent = false;
  }

  /**
   * Takes bytes, until a block was sent.
   *
   * @returns How many; they are copied.
   * @throws {ProgramError} The head is not valid.
   * @throws {TypeError} The body is longer than its Content-Length.
   */
  take(bytes: Uint8Array): number {
    let taken = 0;
    while (taken < bytes.length && !this.due) {
      if (this.#used === this.#block.length) this.#grow();
      const piece = bytes.subarray(taken, taken + this.#block.length - this.#used);
      this.#block.set(piece, this.#used);
      this.#used += piece.length;
      taken += piece.length;
      if (this.#head === null) this.#seekHead();
      if (this.#used < BLOCK_BYTES) continue;
      this.flush();
      this.#sent = true;
    }
    return taken;
  }

  #grow(): void {
    const grown = new Uint8Array(Math.min(this.#block.length * 4, BLOCK_BYTES));
    grown.set(this.#block);
    this.#block = grown;
  }

  /** Sends what was gathered; not before the head is whole. */
  flush(): void {
    if (this.#head === null) {
      if (this.#used === BLOCK_BYTES) throw badHead(`it has no end within ${BLOCK_BYTES} bytes`);
      return;
    }
    if (this.#head.redirect !== null) {
      // Whatever comes behind such a head is no answer.
      this.#used = 0;
      return;
    }
    if (this.#used === 0 && this.#started) return;
    this.#start([]);
    if (this.#reply.write(this.#gathered())) return;
    this.#room = false;
    this.#reply.drained(() => {
      this.#room = true;
      this.#watchers.ready();
    });
  }

  /**
   * The program has ended: so does the answer.
   *
   * @returns The path that is to be answered in its place; null if it was one.
   * @throws {ProgramError} There is no head, or the whole body, of which nothing has left, is not as long as it says.
   */
  end(): string | null {
    const head = this.#head;
    if (head === null) throw badHead(this.#used === 0 ? "the program wrote none" : "no empty line ends it");
    if (head.redirect !== null) return head.redirect;
    const isWhole = !this.#started && !this.#isHead && !LENGTHLESS.includes(head.status);
    const { contentLength } = head;
    if (isWhole && contentLength !== null && contentLength !== this.#used) {
      throw new ProgramError(`send a program's answer: its Content-Length is ${contentLength}, and its body has ${this.#used} bytes`);
    }
    this.#start(isWhole && contentLength === null ? [["content-length", String(this.#used)]] : []);
    if (this.#used > 0) this.#reply.write(this.#gathered(), true);
    this.#reply.end();
    return null;
  }

  #start(more: readonly (readonly [string, string])[]): void {
    if (this.#started) return;
    const { status, statusText, fields } = this.#head!;
    this.#reply.start(status, statusText, [...fields, ...more]);
    this.#started = true;
  }

  /** The reply keeps it. */
  #gathered(): Uint8Array {
    const bytes = this.#block.subarray(0, this.#used);
    this.#block = new Uint8Array(this.#used === BLOCK_BYTES ? BLOCK_BYTES : FIRST_BLOCK_BYTES);
    this.#used = 0;
    return bytes;
  }

  #seekHead(): void {
    const block = this.#block;
    for (; this.#scanned < this.#used; this.#scanned++) {
      if (block[this.#scanned] !== LF) continue;
      const length = this.#scanned - this.#line;
      if (length === 0 || (length === 1 && block[this.#line] === CR)) {
        this.#readHead(this.#scanned + 1);
        return;
      }
      this.#line = this.#scanned + 1;
    }
  }

  #readHead(end: number): void {
    this.#head = readCgiHead(decodeLatin1(this.#block, 0, this.#line));
    this.#block.copyWithin(0, end, this.#used);
    this.#used -= end;
  }

  watchWrite(watcher: Watcher): void {
    if (this.#room) watcher.ready();
    else this.#watchers.add(watcher);
  }

  unwatch(watcher: Watcher): void {
    this.#watchers.remove(watcher);
  }
}
