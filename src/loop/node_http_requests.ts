import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { LoopExchange } from "../contract/loop.ts";
import type { Address } from "../contract/socket.ts";
import { tcpAddress } from "../io/address.ts";
import { NodeExchange } from "./node_http_exchange.ts";

/** Hands the HTTP/1 requests of a server on, one at a time of a connection: Node gives pipelined ones out at once. */
export class NodeRequests {
  readonly #accept: (exchange: LoopExchange) => void;
  readonly #pipelines = new WeakMap<Socket, Pipeline>();

  constructor(accept: (exchange: LoopExchange) => void) {
    this.#accept = accept;
  }

  /** @param expects The client waits for `100 Continue`. */
  take(request: IncomingMessage, response: ServerResponse, local: Address, expects: boolean): void {
    const { socket } = request;
    let pipeline = this.#pipelines.get(socket);
    if (pipeline === undefined) this.#pipelines.set(socket, pipeline = new Pipeline());
    pipeline.add(response, () => {
      const remote = tcpAddress(socket.remoteAddress ?? "", socket.remotePort ?? 0);
      this.#accept(new NodeExchange(request, response, local, remote, expects));
    });
  }
}

/** One connection's requests. */
class Pipeline {
  readonly #waiting: (readonly [response: ServerResponse, start: () => void])[] = [];
  #busy = false;

  add(response: ServerResponse, start: () => void): void {
    if (this.#busy) this.#waiting.push([response, start]);
    else this.#run(response, start);
  }

  #run(response: ServerResponse, start: () => void): void {
    this.#busy = true;
    response.once("close", () => this.#next());
    start();
  }

  #next(): void {
    this.#busy = false;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      // Those of a connection that has gone have no client.
      if (!next[0].closed) return this.#run(...next);
    }
  }
}
