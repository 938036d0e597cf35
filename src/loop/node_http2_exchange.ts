import http2 from "node:http2";
import type { RequestHead } from "../contract/head.ts";
import type { LoopAnswerHead, LoopBody, LoopExchange, LoopHandler } from "../contract/loop.ts";
import type { Address } from "../contract/socket.ts";
import { BrokenError } from "../errors.ts";
import { remoteOf } from "../io/address.ts";
import { LoopHead } from "./loop_head.ts";
import { ReadableBody } from "./node_http_body.ts";
import { PairFields } from "../http/pair_fields.ts";

const UNHEARD: LoopHandler = { drain() {}, gone() {} };

/** One stream of a `node:http2` server. */
export class Http2Exchange implements LoopExchange {
  handler: LoopHandler = UNHEARD;
  readonly head: RequestHead;
  readonly local: Address;
  readonly remote: Address;
  readonly body: LoopBody | null;
  readonly multiplexed = true;
  readonly #stream: http2.ServerHttp2Stream;
  /** The answer was ended, or nobody wants it. */
  #over = false;
  #left = false;
  #corked = false;

  /** @param expects The client waits for `100 Continue`. */
  constructor(request: http2.Http2ServerRequest, local: Address, expects: boolean) {
    const { stream } = request;
    this.#stream = stream;
    this.local = local;
    const { remoteAddress, remotePort } = stream.session?.socket ?? {};
    this.remote = remoteOf(local, remoteAddress, remotePort);
    this.head = new LoopHead(request.method, request.url, 1, fieldsOf(request), { hasBody: !stream.endAfterHeaders, protocol: "HTTP/2.0" });
    // Behind the answer's head none may follow.
    const greet = () => expects && this.#isOpen && !stream.headersSent && stream.additionalHeaders({ ":status": 100 });
    this.body = stream.endAfterHeaders ? null : new ReadableBody(stream, greet);
    stream.on("drain", () => this.handler.drain());
    stream.once("finish", () => {
      this.handler.drain();
      this.#release();
    });
    stream.on("error", () => {});
    // A stream that its client has reset may be there until its body is read: Node closes it no sooner if the reset says NO_ERROR (24.21).
    stream.once("aborted", () => this.#over || this.#leave());
    stream.once("close", () => this.#leave());
    // The same with an answer that was given and will not be taken; whoever was answered hears nothing by it.
    stream.once("end", () => stream.closed && !stream.writableFinished && this.#leave());
  }

  #leave(): void {
    const { writableFinished, rstCode } = this.#stream;
    // HEAD is finished from the start.
    const isWhole = this.#over && writableFinished && rstCode === http2.constants.NGHTTP2_NO_ERROR;
    if (this.#left || isWhole) return;
    this.#left = this.#over = true;
    this.handler.gone(new BrokenError("serve a request: the client has gone"));
  }

  /** `respond` and its like throw of one that is closed, which comes before it is destroyed. */
  get #isOpen(): boolean {
    return !this.#stream.destroyed && !this.#stream.closed;
  }

  /** The answer is whole, and nobody reads the rest of the body: it need not be sent (RFC 9113 section 8.1), and is not waited for. */
  #release(): void {
    const stream = this.#stream;
    if (this.body === null || !this.#over || !stream.writableFinished || stream.readableEnded) return;
    setImmediate(() => stream.close(http2.constants.NGHTTP2_NO_ERROR));
  }

  get unsent(): number {
    const { destroyed, writableFinished, writableLength } = this.#stream;
    return destroyed || writableFinished ? 0 : writableLength;
  }

  respond(head: LoopAnswerHead, body: Uint8Array | null): void {
    if (this.#over) return;
    this.start(head);
    this.#over = true;
    if (head.isBodiless) this.#release();
    else if (body === null) this.#stream.end();
    else this.#stream.end(body);
  }

  start({ status, fields, contentLength, isBodiless }: LoopAnswerHead): void {
    if (this.#over || !this.#isOpen) return;
    // No prototype: an app may name a field "constructor".
    const headers: Record<string, string | string[]> = Object.create(null);
    headers[":status"] = String(status);
    for (let index = 0; index < fields.count; index++) add(headers, fields.name(index).toLowerCase(), fields.value(index));
    if (contentLength !== null) headers["content-length"] = String(contentLength);
    this.#stream.respond(headers as http2.OutgoingHttpHeaders, { endStream: isBodiless });
  }

  write(chunk: Uint8Array): void {
    if (!this.#over) this.#stream.write(chunk);
  }

  /** Node's nests. */
  cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#stream.cork();
  }

  uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#stream.uncork();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    this.uncork();
    this.#stream.end();
    this.#release();
  }

  abort(): void {
    this.#over = true;
    // Not `close`, which ends the answer first, as if it were whole.
    this.#stream.destroy(new BrokenError("send an answer: it was given up"));
  }
}

/** `:authority` stands for `host`; with another one beside it there are two, which is refused (RFC 9113 section 8.3.1). */
function fieldsOf({ rawHeaders, authority }: http2.Http2ServerRequest): PairFields {
  const pairs: string[] = [];
  let host: string | null = null;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.startsWith(":")) continue;
    if (name === "host") host ??= rawHeaders[index + 1]!;
    pairs.push(name, rawHeaders[index + 1]!);
  }
  if (authority !== "" && authority !== undefined && authority.toLowerCase() !== host?.toLowerCase()) pairs.push("host", authority);
  return new PairFields(pairs);
}

const NOT_IN_HTTP2: ReadonlySet<string> = new Set(["upgrade", "http2-settings", "te"]);

/** Fields of one name in the app's order; those of a connection have no place in HTTP/2 (RFC 9113 section 8.2.2). */
function add(headers: Record<string, string | string[]>, name: string, value: string): void {
  if (NOT_IN_HTTP2.has(name)) return;
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else headers[name] = [before, value].flat();
}
