import http2 from "node:http2";
import type { RequestHead } from "../contract/head.ts";
import type { LoopAnswerHead, LoopBody, LoopExchange, LoopHandler } from "../contract/loop.ts";
import type { Address } from "../contract/socket.ts";
import { BrokenError } from "../errors.ts";
import { tcpAddress } from "../io/address.ts";
import { LoopHead } from "./loop_head.ts";
import { ReadableBody } from "./node_http_body.ts";
import { PairFields } from "./pair_fields.ts";

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
  #corked = false;

  /** @param expects The client waits for `100 Continue`. */
  constructor(request: http2.Http2ServerRequest, local: Address, expects: boolean) {
    const { stream } = request;
    this.#stream = stream;
    this.local = local;
    const { remoteAddress, remotePort } = stream.session?.socket ?? {};
    this.remote = tcpAddress(remoteAddress ?? "", remotePort ?? 0);
    this.head = new LoopHead(request.method, request.url, 1, fieldsOf(request), { hasBody: !stream.endAfterHeaders, protocol: "HTTP/2.0" });
    const greet = () => expects && stream.additionalHeaders({ ":status": 100 });
    this.body = stream.endAfterHeaders ? null : new ReadableBody(stream, greet);
    stream.on("drain", () => this.handler.drain());
    stream.once("finish", () => this.handler.drain());
    stream.on("error", () => {});
    stream.once("close", () => {
      if (stream.writableFinished && stream.rstCode === http2.constants.NGHTTP2_NO_ERROR) return;
      this.#over = true;
      this.handler.gone(new BrokenError("serve a request: the client has gone"));
    });
  }

  get unsent(): number {
    const { destroyed, writableFinished, writableLength } = this.#stream;
    return destroyed || writableFinished ? 0 : writableLength;
  }

  respond(head: LoopAnswerHead, body: Uint8Array | null): void {
    if (this.#over) return;
    this.start(head);
    this.#over = true;
    if (head.isBodiless) return;
    if (body === null) this.#stream.end();
    else this.#stream.end(body);
  }

  start({ status, fields, contentLength, isBodiless }: LoopAnswerHead): void {
    if (this.#over || this.#stream.destroyed) return;
    const headers: Record<string, string | string[]> = { ":status": String(status) };
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
  }

  abort(): void {
    this.#over = true;
    // Not `close`, which ends the answer first, as if it were whole.
    this.#stream.destroy(new BrokenError("send an answer: it was given up"));
  }
}

/** `:authority` stands for `host` (RFC 9113 section 8.3.1). */
function fieldsOf({ rawHeaders, authority }: http2.Http2ServerRequest): PairFields {
  const pairs: string[] = [];
  let hasHost = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.startsWith(":")) continue;
    hasHost ||= name === "host";
    pairs.push(name, rawHeaders[index + 1]!);
  }
  if (!hasHost && authority !== "" && authority !== undefined) pairs.push("host", authority);
  return new PairFields(pairs);
}

/** Fields of one name in the app's order; those of a connection have no place in HTTP/2 (RFC 9113 section 8.2.2). */
function add(headers: Record<string, string | string[]>, name: string, value: string): void {
  if (name === "connection" || name === "upgrade") return;
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else headers[name] = [before, value].flat();
}
