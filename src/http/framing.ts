/** What an answer's framing depends on, besides the answer itself. */
export interface AnswerTo {
  readonly method: string;
  readonly minor: 0 | 1;
  /** The connection ends after it, whatever the app says. */
  readonly close: boolean;
}

/** An app's body is not as long as its content-length: its client could take what follows for a part of it, so the connection must end. */
export class BodyLengthError extends TypeError {}

/** How one answer's body is delimited, and whether it is as long as its head says. */
export class Framing {
  /** `close`: by the connection's end. */
  kind: "none" | "length" | "chunked" | "close" = "none";
  /** Bytes that are missing to the declared length. */
  #left = 0;

  /**
   * Chooses the framing of the next answer (RFC 9110 section 8.6, RFC 9112 section 6.3).
   *
   * @param contentLength As the app declared it; null if it did not.
   * @param length Of the body in bytes, where it is known.
   * @returns What `content-length` is to say; null for no such field.
   * @throws {BodyLengthError} The two differ.
   */
  begin(to: AnswerTo, status: number, contentLength: number | null, length: number | null): number | null {
    this.kind = "none";
    this.#left = 0;
    if (status === 204) return null;
    if (status === 205) return 0;
    if (status === 304) return contentLength;
    if (to.method === "HEAD") return contentLength ?? length;
    if (length !== null && contentLength !== null && length !== contentLength) {
      throw new BodyLengthError(`send an answer: its body is ${length} bytes long and its content-length is ${contentLength}`);
    }
    const declared = length ?? contentLength;
    this.kind = declared !== null ? "length" : to.minor === 1 ? "chunked" : "close";
    this.#left = declared ?? 0;
    return declared;
  }

  /**
   * Counts a piece of the body.
   *
   * @returns How much of it leaves: nothing where the answer has no body.
   * @throws {BodyLengthError} It goes past the declared length.
   */
  take(bytes: number): number {
    if (this.kind === "none") return 0;
    if (this.kind !== "length") return bytes;
    if (bytes > this.#left) {
      throw new BodyLengthError(`send a body: it is longer than its content-length, by ${bytes - this.#left} bytes or more`);
    }
    this.#left -= bytes;
    return bytes;
  }

  /** @throws {BodyLengthError} The body is short of its declared length. */
  end(): void {
    if (this.#left > 0) throw new BodyLengthError(`send a body: it is ${this.#left} bytes short of its content-length`);
  }
}
