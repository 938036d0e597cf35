import type { RequestContext } from "../contract/app.ts";
import type { Address } from "../contract/socket.ts";
import { LONGEST_MS } from "../time_limit.ts";

/** What a context needs of the request it belongs to; `serve/active_request.ts` fills it. */
export interface ContextHost {
  readonly core: number;
  readonly remote: Address;
  /** Made on first touch. */
  signal(): AbortSignal;
  /** Bytes that an app may allow a body. */
  readonly bodyMostBytes: number;
  waitUntil(promise: Promise<unknown>): void;
  limitBody(bytes: number): void;
  harakiri(seconds: number): void;
  detach(): void;
}

/**
 * Makes the third argument of a fetch handler.
 *
 * @param host The request.
 */
export function createContext(host: ContextHost): RequestContext {
  return new Context(host);
}

const NO_PROPS = Object.freeze({});

/** The host is private, so that an app sees and prints no more than the contract. */
class Context implements RequestContext {
  readonly #host: ContextHost;

  constructor(host: ContextHost) {
    this.#host = host;
  }

  get core(): number {
    return this.#host.core;
  }

  get remote(): Address {
    return this.#host.remote;
  }

  get signal(): AbortSignal {
    return this.#host.signal();
  }

  waitUntil(promise: Promise<unknown>): void {
    this.#host.waitUntil(promise);
  }

  limitBody(bytes: number): void {
    const most = this.#host.bodyMostBytes;
    if (!(Number.isInteger(bytes) && bytes >= 0)) throw new RangeError(`limitBody(${bytes}): a whole number of bytes is wanted`);
    if (bytes > most) throw new RangeError(`limitBody(${bytes}): more than ${most}; start heddle with a larger --limit-post-max`);
    this.#host.limitBody(bytes);
  }

  harakiri(seconds: number): void {
    const ms = seconds * 1000;
    if (!(ms >= 0 && ms <= LONGEST_MS)) throw new RangeError(`harakiri(${seconds}): seconds from 0 to ${LONGEST_MS / 1000} are wanted`);
    this.#host.harakiri(seconds);
  }

  detach(): void {
    this.#host.detach();
  }

  passThroughOnException(): void {}

  get props(): Readonly<Record<string, never>> {
    return NO_PROPS;
  }
}
