/** Parts that requests are made of, for tests without a connection. */
import type { BodySource } from "../../src/contract/body.ts";
import type { FieldList, RequestHead } from "../../src/contract/head.ts";
import type { RequestParts } from "../../src/http/request.ts";

/** Field lines in a list. */
export class FieldLines implements FieldList {
  readonly #lines: ReadonlyArray<readonly [string, string]>;

  constructor(lines: ReadonlyArray<readonly [string, string]>) {
    this.#lines = lines;
  }

  get count(): number {
    return this.#lines.length;
  }

  name(index: number): string {
    return this.#lines[index]![0];
  }

  value(index: number): string {
    return this.#lines[index]![1];
  }

  joined(lowerName: string): string | null {
    const values = this.#lines.filter(([name]) => name.toLowerCase() === lowerName).map(([, value]) => value);
    return values.length === 0 ? null : values.join(", ");
  }

  first(lowerName: string): string | null {
    return this.#lines.find(([name]) => name.toLowerCase() === lowerName)?.[1] ?? null;
  }
}

/** A body that comes in the given chunks, each by a promise if `late`; counts what was asked of it. */
export class ScriptedBody implements BodySource {
  readonly length: number | null = null;
  readonly #chunks: (Uint8Array | Error)[];
  readonly #late: boolean;
  reads = 0;
  cancelled = false;

  constructor(chunks: readonly (string | Uint8Array | Error)[], late = false) {
    const encoder = new TextEncoder();
    this.#chunks = chunks.map((chunk) => typeof chunk === "string" ? encoder.encode(chunk) : chunk);
    this.#late = late;
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    this.reads++;
    const chunk = this.#chunks.shift() ?? null;
    if (chunk instanceof Error) return Promise.reject(chunk);
    return this.#late ? Promise.resolve(chunk) : chunk;
  }

  takeWhole(): Uint8Array | null {
    return null;
  }

  cancel(): void {
    this.cancelled = true;
  }
}

/** What a test says of a request; the rest is a `GET` of `http://example.org/`. */
export interface RequestSketch {
  readonly method?: string;
  readonly path?: string;
  readonly authority?: string;
  readonly scheme?: "http" | "https";
  readonly fields?: ReadonlyArray<readonly [string, string]>;
  readonly body?: BodySource | null;
  readonly signal?: () => AbortSignal;
}

/** Parts of a request, with a signal that is never made twice. */
export function requestParts(sketch: RequestSketch = {}): RequestParts {
  const { method = "GET", path = "/", authority = "example.org", scheme = "http", fields = [], body = null, signal } = sketch;
  const head: RequestHead = {
    method,
    target: path,
    targetScheme: null,
    minor: 1,
    protocol: "HTTP/1.1",
    bytes: 0,
    authority,
    path,
    framing: { kind: "none" },
    expectsContinue: false,
    keepAlive: true,
    fields: new FieldLines(fields),
  };
  return { head, scheme, authority: head.authority || "127.0.0.1:8080", body, signal: signal ?? (() => new AbortController().signal) };
}

/** Runs something in which no stream may be made: one that is made would be made of the class that throws here. */
export async function withoutStreams(run: () => void | Promise<void>): Promise<void> {
  const { ReadableStream } = globalThis;
  globalThis.ReadableStream = class {
    constructor() {
      throw new Error("a stream was made");
    }
  } as unknown as typeof ReadableStream;
  try {
    await run();
  } finally {
    globalThis.ReadableStream = ReadableStream;
  }
}
