import type { IncomingMessage, ServerResponse } from "node:http";
import type { RequestHead } from "../contract/head.ts";
import type { LoopAnswerHead, LoopBody, LoopExchange, LoopHandler } from "../contract/loop.ts";
import type { Address } from "../contract/socket.ts";
import { BrokenError } from "../errors.ts";
import { createNodeLatin1 } from "../io/node_latin1.ts";
import { absoluteOf, LoopHead } from "./loop_head.ts";
import { ReadableBody } from "./node_http_body.ts";
import { PairFields } from "../http/pair_fields.ts";

/** A string of up to this many bytes leaves in one write with the head; bytes would take a `writev`, which is a third of a hello (Node 24). */
const STRING_BYTES = 1024;

const latin1 = createNodeLatin1();

const UNHEARD: LoopHandler = { drain() {}, gone() {} };

/** One exchange of a `node:http` server. */
export class NodeExchange implements LoopExchange {
  handler: LoopHandler = UNHEARD;
  readonly head: RequestHead;
  readonly local: Address;
  readonly remote: Address;
  readonly body: LoopBody | null;
  readonly multiplexed = false;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  /** The answer was ended, or nobody wants it. */
  #over = false;
  #corked = false;

  /** @param expects The client waits for `100 Continue`. */
  constructor(request: IncomingMessage, response: ServerResponse, local: Address, remote: Address, expects: boolean) {
    this.#request = request;
    this.#response = response;
    this.local = local;
    this.remote = remote;
    const minor = request.httpVersionMinor === 0 ? 0 : 1;
    const { method = "", url = "/", rawHeaders } = request;
    const absolute = absoluteOf(method, url);
    this.head = new LoopHead(method, url, minor, new PairFields(rawHeaders, absolute?.authority), { absolute });
    this.body = this.head.framing.kind === "none" ? null : new ReadableBody(request, () => {
      // Behind the answer's head it would be a part of its body (Node 20).
      if (expects && !response.headersSent && !response.destroyed) response.writeContinue();
    });
    const { socket } = request;
    const ended = () => this.handler.ended?.();
    socket.once("end", ended);
    response.on("drain", () => this.handler.drain());
    response.once("finish", () => this.handler.drain());
    response.once("error", () => {});
    response.once("close", () => {
      socket.off("end", ended);
      if (response.writableFinished) return;
      this.#over = true;
      this.handler.gone(new BrokenError("serve a request: the client has gone"));
    });
  }

  /** What a response has of its socket's, too. */
  get unsent(): number {
    const { destroyed, writableFinished, writableLength } = this.#response;
    return destroyed || writableFinished ? 0 : writableLength;
  }

  respond(head: LoopAnswerHead, body: Uint8Array | null): void {
    if (this.#over) return;
    this.#writeHead(head);
    this.#over = true;
    if (body === null || body.length === 0) this.#response.end();
    else if (body.length > STRING_BYTES) this.#response.end(body);
    else this.#response.end(latin1(body, 0, body.length), "latin1");
  }

  start(head: LoopAnswerHead): void {
    if (this.#over) return;
    this.#writeHead(head);
    // Node's own `flushHeaders` sends what is beyond ASCII as UTF-8 (24.21); for an answer without a body `write` sends nothing.
    if (head.isBodiless) this.#response.flushHeaders();
    else this.#response.write("", "latin1");
  }

  #writeHead({ status, statusText, fields, contentLength, close, options }: LoopAnswerHead): void {
    const response = this.#response;
    const lines: string[] = [];
    for (let index = 0; index < fields.count; index++) lines.push(fields.name(index), fields.value(index));
    if (contentLength !== null) lines.push("content-length", String(contentLength));
    if (close) response.shouldKeepAlive = false;
    // HTTP/1.0 has none but those that Node says.
    if (options !== "" && this.head.minor === 1) lines.push("connection", close ? `close, ${options}` : options);
    if (statusText === "") response.writeHead(status, lines);
    else response.writeHead(status, statusText, lines);
  }

  write(chunk: Uint8Array): void {
    if (!this.#over) this.#response.write(chunk);
  }

  /** Node's nests. */
  cork(): void {
    if (this.#corked) return;
    this.#corked = true;
    this.#response.cork();
  }

  uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#response.uncork();
  }

  end(): void {
    if (this.#over) return;
    this.#over = true;
    // Else Node 24 sends what is corked behind the last chunk.
    this.uncork();
    this.#response.end();
  }

  abort(): void {
    if (this.#response.writableFinished) return;
    this.#over = true;
    const { socket } = this.#request;
    // TLS has no reset.
    if ("encrypted" in socket) socket.destroy();
    else socket.resetAndDestroy();
  }
}
