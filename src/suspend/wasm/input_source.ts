import { isThenable } from "../../app/thenable.ts";
import type { BlockingCalls } from "../../contract/engine.ts";
import type { CgiInput } from "../../gateway/cgi_env.ts";

/** Where a program's standard input comes from. */
export interface InputSource {
  /**
   * The next chunk, null at the end, or undefined where it has not come, and was asked for.
   *
   * @param came Called once, when it is worth to ask again; or whoever stands still asks again by itself.
   * @throws The rest will not come.
   */
  next(came: () => void): Uint8Array | null | undefined;
}

/** No body. */
export const NO_INPUT: InputSource = { next: () => null };

/** A body that comes by promises. */
export class PromisedSource implements InputSource {
  readonly #input: CgiInput;
  #isComing = false;
  #came: { readonly chunk: Uint8Array | null } | null = null;
  #error: { readonly reason: unknown } | null = null;

  constructor(input: CgiInput) {
    this.#input = input;
  }

  next(came: () => void): Uint8Array | null | undefined {
    if (this.#isComing) return undefined;
    if (this.#error !== null) throw this.#error.reason;
    if (this.#came !== null) return this.#take(this.#came.chunk);
    const chunk = this.#input.read();
    if (!isThenable(chunk)) return chunk;
    this.#isComing = true;
    chunk.then((chunk) => this.#came = { chunk }, (reason: unknown) => this.#error = { reason }).then(() => {
      this.#isComing = false;
      came();
    });
    return undefined;
  }

  #take(chunk: Uint8Array | null): Uint8Array | null {
    this.#came = null;
    return chunk;
  }
}

/** A body that comes by messages, which whoever stands still hears. */
export class StandingSource implements InputSource {
  readonly #calls: BlockingCalls;

  constructor(calls: BlockingCalls) {
    this.#calls = calls;
  }

  next(): Uint8Array | null | undefined {
    return this.#calls.takeBody();
  }
}
