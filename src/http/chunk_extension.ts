import { ProtocolError } from "../errors.ts";
import { BACKSLASH, CR, EQUALS, FIELD_VALUE, QUOTE, QUOTED, SEMICOLON, SPACE, TAB, TOKEN } from "./grammar.ts";

/** Of one body, in all: what a body of empty chunks could be padded with is read and never given to anyone. */
const EXTENSION_BYTES = 4096;

/** What was read last. `blank` is white space with which an extension may not end. */
type Phase = "blank" | "semicolon" | "name" | "name-blank" | "equals" | "value" | "quoted" | "escape" | "done";

/**
 * Checks the extensions behind a chunk's size, `*( BWS ";" BWS name [ BWS "=" BWS value ] )` (RFC 9112 section 7.1.1), and forgets
 * them. A quoted value can hide a line end from a parser that only looks for one, so it is read as what it is.
 */
export class ChunkExtension {
  #phase: Phase = "blank";
  #bytes = 0;

  /** Begins a chunk's extensions. */
  begin(): void {
    this.#phase = "blank";
  }

  /** The line may end here. */
  get complete(): boolean {
    return this.#phase === "name" || this.#phase === "value" || this.#phase === "done";
  }

  /**
   * Reads one byte.
   *
   * @throws {ProtocolError} It is not valid there, or one too many.
   */
  read(byte: number): void {
    if (++this.#bytes > EXTENSION_BYTES) throw new ProtocolError(400, `chunk extensions of more than ${EXTENSION_BYTES} bytes`);
    const next = this.#next(byte);
    if (next === null) {
      throw new ProtocolError(400, byte === CR ? "an incomplete chunk extension" : "an invalid character behind a chunk size");
    }
    this.#phase = next;
  }

  #next(byte: number): Phase | null {
    const blank = byte === SPACE || byte === TAB;
    const token = TOKEN[byte] !== 0;
    switch (this.#phase) {
      case "blank":
        return blank ? "blank" : byte === SEMICOLON ? "semicolon" : null;
      case "semicolon":
        return blank ? "semicolon" : token ? "name" : null;
      case "name":
      case "name-blank":
        if (token && this.#phase === "name") return "name";
        return blank ? "name-blank" : byte === EQUALS ? "equals" : byte === SEMICOLON ? "semicolon" : null;
      case "equals":
        return blank ? "equals" : token ? "value" : byte === QUOTE ? "quoted" : null;
      case "value":
      case "done":
        if (token && this.#phase === "value") return "value";
        return blank ? "blank" : byte === SEMICOLON ? "semicolon" : null;
      case "quoted":
        return byte === QUOTE ? "done" : byte === BACKSLASH ? "escape" : QUOTED[byte] !== 0 ? "quoted" : null;
      case "escape":
        return FIELD_VALUE[byte] !== 0 ? "quoted" : null;
    }
  }
}
