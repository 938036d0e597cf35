import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { LoopExchange } from "../contract/loop.ts";
import type { Address } from "../contract/socket.ts";
import { remoteOf } from "../io/address.ts";
import { NodeExchange } from "./node_http_exchange.ts";

/** Requests of one connection that wait for the one before; then it is not read. Node pauses by itself only for answers that wait. */
const MOST_WAITING = 8;

/** All that may come in one read, of 64 KiB, of a client that means well: past it the connection is reset, for each costs some 5 KB here. */
const MOST_IN_A_READ = 1024;

/** Hands the HTTP/1 requests of a server on, one at a time of a connection: Node gives pipelined ones out at once. */
export class NodeRequests {
  readonly #accept: (exchange: LoopExchange) => void;
  readonly #pipelines = new WeakMap<Socket, Pipeline>();
  /** A stop has begun: a connection ends with its requests, also where an answer said otherwise before. */
  stopping = false;

  constructor(accept: (exchange: LoopExchange) => void) {
    this.#accept = accept;
  }

  /** @param expects The client waits for `100 Continue`. */
  take(request: IncomingMessage, response: ServerResponse, local: Address, expects: boolean): void {
    const { socket } = request;
    let pipeline = this.#pipelines.get(socket);
    if (pipeline === undefined) this.#pipelines.set(socket, pipeline = new Pipeline(socket, this));
    pipeline.add(response, () => {
      const remote = remoteOf(local, socket.remoteAddress, socket.remotePort);
      this.#accept(new NodeExchange(request, response, local, remote, expects));
    });
  }

  /** A request of that connection is under way. */
  isBusy(socket: Socket): boolean {
    return this.#pipelines.get(socket)?.busy === true;
  }
}

/** What Node's own server keeps on a socket (20.20 to 24.21): unless it is set, the end of each request has the next one read. */
interface HttpSocket extends Socket {
  _paused?: boolean;
  readonly parser?: { resume(): void } | null;
}

/** As Node does it for answers that wait. */
function pause(socket: HttpSocket): void {
  socket._paused = true;
  socket.pause();
}

function resume(socket: HttpSocket): void {
  socket._paused = false;
  socket.parser?.resume();
  socket.resume();
}

/** One connection's requests. */
class Pipeline {
  readonly #socket: Socket;
  readonly #requests: NodeRequests;
  #waiting: (readonly [response: ServerResponse, start: () => void])[] = [];
  busy = false;

  constructor(socket: Socket, requests: NodeRequests) {
    this.#socket = socket;
    this.#requests = requests;
  }

  add(response: ServerResponse, start: () => void): void {
    if (!this.busy) return this.#run(response, start);
    this.#waiting.push([response, start]);
    if (this.#waiting.length >= MOST_WAITING) pause(this.#socket);
    if (this.#waiting.length <= MOST_IN_A_READ) return;
    this.#waiting = [];
    this.#socket.destroy();
  }

  #run(response: ServerResponse, start: () => void): void {
    this.busy = true;
    response.once("close", () => this.#next());
    start();
  }

  #next(): void {
    this.busy = false;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (this.#waiting.length === MOST_WAITING - 1) resume(this.#socket);
      // Those of a connection that has gone have no client.
      if (!next[0].closed) return this.#run(...next);
    }
    if (this.#requests.stopping) this.#socket.destroySoon();
  }
}
