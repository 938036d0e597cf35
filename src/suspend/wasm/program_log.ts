/** Bytes of a line that are kept together; a longer one becomes several. */
const LINE_BYTES = 4096;

/** Bytes after which a program gives way: one that writes without an end would hold up all others. */
const TURN_BYTES = 16_384;

const LF = 10;

const decoder = new TextDecoder();

/** A program's standard error, line by line. */
export class ProgramLog {
  readonly #log: (line: string) => void;
  #line: Uint8Array | null = null;
  #used = 0;
  #sinceTurn = 0;

  /** @param log Takes a line, without its end. */
  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /** So much was written that it is time to give way. */
  get due(): boolean {
    return this.#sinceTurn >= TURN_BYTES;
  }

  /** The program gives way. */
  resumed(): void {
    this.#sinceTurn = 0;
  }

  /** Takes bytes, which are copied, until it is due. @returns How many. */
  take(all: Uint8Array): number {
    const bytes = all.subarray(0, TURN_BYTES - this.#sinceTurn);
    this.#sinceTurn += bytes.length;
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf(LF, at);
      const part = bytes.subarray(at, Math.min(end < 0 ? bytes.length : end, at + LINE_BYTES - this.#used));
      this.#line ??= new Uint8Array(LINE_BYTES);
      this.#line.set(part, this.#used);
      this.#used += part.length;
      at += part.length;
      if (at === end) {
        this.#write();
        at++;
      } else if (this.#used === LINE_BYTES) this.#write();
    }
    return bytes.length;
  }

  /** The program has ended: writes a line that has no end. */
  end(): void {
    if (this.#used > 0) this.#write();
  }

  #write(): void {
    this.#log(decoder.decode(this.#line!.subarray(0, this.#used)));
    this.#used = 0;
  }
}
