import type { FilePart } from "../contract/files.ts";
import type { LoopAnswerHead, LoopBody, LoopExchange, LoopFile, LoopHandler } from "../contract/loop.ts";
import type { FieldList, RequestHead } from "../contract/head.ts";
import { type Address, HIGH_WATER_MARK } from "../contract/socket.ts";
import { BrokenError } from "../errors.ts";
import { natives } from "../http/natives.ts";
import { AnswerQueue } from "./answer_queue.ts";
import { LoopHead } from "./loop_head.ts";

const UNHEARD: LoopHandler = { drain() {}, gone() {} };

/** What is different about a runtime's server. */
export interface FetchTraits {
  /** What an answer's stream fails with, so that its connection is broken off. */
  readonly failure: unknown;
  /** An answer that says `Connection: close` while the request's body has not come whole is followed by a reset, which takes it from its client. */
  readonly closeResets: boolean;
  /** Bytes without a `content-type` get one. */
  readonly typesBytes: boolean;
  /** A file without a `content-disposition` may get one, with a name that is none of its own. */
  readonly namesFiles: boolean;
  /** As of `LoopExchange`. */
  readonly losesLength: boolean;
  /** It speaks HTTP/2 too, and does not tell when it does. */
  readonly speaksHttp2: boolean;
  /** Takes a part of a file that it sends by itself; null where it is better written. @param url Of the request. */
  takeFile(part: FilePart, url: string): ResponseFile | null;
}

/** A part of a file as a runtime's `Response` takes it. */
export interface ResponseFile extends LoopFile {
  readonly content: Blob | ReadableStream<Uint8Array>;
  /** The runtime has the response. */
  given(): void;
}

/** One exchange of a server that takes a fetch handler: Deno's and Bun's. */
export class FetchExchange implements LoopExchange {
  handler: LoopHandler = UNHEARD;
  readonly head: RequestHead;
  readonly local: Address;
  readonly remote: Address;
  readonly body: StreamBody | null;
  readonly multiplexed: boolean;
  readonly #request: Request;
  readonly #traits: FetchTraits;
  #response: Response | null = null;
  #respond: ((response: Response) => void) | null = null;
  #queue: AnswerQueue | null = null;
  /** The answer was given whole, or its end was taken, or nobody wants it. */
  #over = false;

  /** @param request The runtime's own. */
  constructor(request: Request, local: Address, remote: Address, traits: FetchTraits) {
    this.#request = request;
    this.local = local;
    this.remote = remote;
    this.#traits = traits;
    const { url, method, headers } = request;
    // Bun's has neither scheme nor authority where the client names no host (1.4.5).
    const authority = url.startsWith("/") ? 0 : url.indexOf("://") + 3;
    const path = url.indexOf("/", authority);
    const fields = new HeadersFields(headers);
    // HTTP/2 is known by this: there `:authority` stands for `host`, and no field need announce a body. HTTP/1.0 may be taken for it.
    this.multiplexed = traits.speaksHttp2 && fields.first("host") === null;
    const options = this.multiplexed ? { authority: url.slice(authority, path), hasBody: request.body !== null } : {};
    this.head = new LoopHead(method, path < 0 ? "/" : url.slice(path), 1, fields, options);
    this.body = this.head.framing.kind === "none" ? null : new StreamBody(request);
  }

  readonly #left = () => this.#gone();

  #gone(): void {
    if (this.#over) return;
    this.#finish();
    this.handler.gone(new BrokenError("serve a request: the client has gone"));
    // Nobody gets it, but the runtime waits for it.
    this.#give(new (natives().Response)(null));
  }

  #finish(): void {
    this.#over = true;
    if (this.#respond !== null) this.#request.signal.removeEventListener("abort", this.#left);
  }

  /** What the runtime's handler returns. */
  answer(): Response | Promise<Response> {
    if (this.#response !== null) return this.#response;
    // Not before: on Deno it costs, and tells of the end of every request too.
    this.#request.signal.addEventListener("abort", this.#left, { once: true });
    return new Promise((resolve) => this.#respond = resolve);
  }

  #give(response: Response): void {
    if (this.#response !== null) return;
    this.#response = response;
    this.#respond?.(response);
  }

  get losesLength(): boolean {
    return this.#traits.losesLength;
  }

  get unsent(): number {
    return this.#queue?.bytes ?? 0;
  }

  respond(head: LoopAnswerHead, body: Uint8Array | null): void {
    if (this.#over) return;
    // First: what a runtime's `Response` does not take is answered otherwise.
    const response = this.#responseOf(head, body !== null && body.length === 0 ? null : body);
    this.#finish();
    this.#give(response);
  }

  takeFile(part: FilePart, status: number): LoopFile | null {
    // Bun would take a 200 for what it may send in part, by its own lights (1.4.5).
    if (this.#over || status === 200 && this.head.fields.first("range") !== null) return null;
    // One that is to be the last answer could not say so.
    if (!this.#mayClose) return null;
    return this.#traits.takeFile(part, this.#request.url);
  }

  respondFile(head: LoopAnswerHead, file: LoopFile): void {
    const { content, given } = file as ResponseFile;
    const response = this.#responseOf(head, content);
    this.#finish();
    this.#give(response);
    given();
  }

  start(head: LoopAnswerHead): void {
    if (this.#over) return;
    const queue = new AnswerQueue(HIGH_WATER_MARK, {
      emptied: (isEnd) => {
        if (isEnd) this.#finish();
        this.handler.drain();
      },
      cancelled: () => this.#gone(),
    });
    const response = this.#responseOf(head, head.isBodiless ? null : queue.stream);
    this.#queue = queue;
    this.#give(response);
  }

  write(chunk: Uint8Array): void {
    if (!this.#over) this.#queue?.push(chunk);
  }

  cork(): void {
    this.#queue?.cork();
  }

  uncork(): void {
    this.#queue?.uncork();
  }

  end(): void {
    if (!this.#over) this.#queue?.end();
  }

  abort(): void {
    if (this.#over) return;
    this.#finish();
    if (this.#queue !== null) this.#queue.fail(this.#traits.failure);
    else this.#give(new (natives().Response)(null, { status: 503, headers: { connection: "close" } }));
    // Whoever waits for its client waits no more. Not before it is given up here, too.
    queueMicrotask(() => this.handler.gone(new BrokenError("serve a request: its answer was given up")));
  }

  get #mayClose(): boolean {
    return !this.#traits.closeResets || this.body === null || this.body.done;
  }

  #responseOf(head: LoopAnswerHead, body: Uint8Array | Blob | ReadableStream<Uint8Array> | null): Response {
    const { status, statusText, fields, contentLength, close, options, isBodiless } = head;
    const headers: [string, string][] = [];
    for (let index = 0; index < fields.count; index++) headers.push([fields.name(index), fields.value(index)]);
    if (contentLength !== null) headers.push(["content-length", String(contentLength)]);
    if (close && this.#mayClose) headers.push(["connection", "close"]);
    if (options !== "" && !this.multiplexed) headers.push(["connection", options]);
    let content: BodyInit | Uint8Array | null = body;
    // Without a body HEAD's answer would get a content-length of 0 (Deno 2.9, Bun 1.4). This one is cancelled, and never read.
    if (isBodiless && contentLength === null && status !== 204 && status !== 304) content = new ReadableStream();
    else if (body instanceof Blob && this.#traits.namesFiles && fields.first("content-disposition") === null) {
      // What it means to have none (RFC 6266 section 4.2).
      headers.push(["content-disposition", "inline"]);
    } else if (this.#traits.typesBytes && body instanceof Uint8Array && fields.first("content-type") === null) content = streamOf(body);
    return new (natives().Response)(content as BodyInit | null, { status, statusText, headers });
  }
}

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes);
      controller.close();
    },
  });
}

/** A request's fields, of which lines of one name came joined. */
class HeadersFields implements FieldList {
  readonly #headers: Headers;
  #all: readonly (readonly [string, string])[] | null = null;

  constructor(headers: Headers) {
    this.#headers = headers;
  }

  get #list(): readonly (readonly [string, string])[] {
    return this.#all ??= [...this.#headers];
  }

  get count(): number {
    return this.#list.length;
  }

  name(index: number): string {
    return this.#list[index]![0];
  }

  value(index: number): string {
    return this.#list[index]![1];
  }

  first(lowerName: string): string | null {
    return this.#headers.get(lowerName);
  }

  joined(lowerName: string): string | null {
    return this.#headers.get(lowerName);
  }
}

/** A request's body, of which nothing is touched before it is read. */
class StreamBody implements LoopBody {
  readonly #request: Request;
  #reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
  /** Its end was read. */
  done = false;

  constructor(request: Request) {
    this.#request = request;
  }

  async read(): Promise<Uint8Array | null> {
    const { body } = this.#request;
    if (body === null) return null;
    this.#reader ??= body.getReader();
    const { done, value } = await this.#reader.read();
    this.done = done;
    return done ? null : value;
  }

  cancel(): void {
    const { body } = this.#request;
    // An error of it has been told to its reader, if there was one.
    (this.#reader ?? body)?.cancel().catch(() => {});
  }
}
