import { type HarakiriRecord, type Observer, serve, type ServeOptions, type Server } from "../../mod.ts";
import type { TcpAddress } from "../../src/contract/socket.ts";
import { RawClient } from "./raw_client.ts";

/** What an observer was told. */
export interface Heard {
  readonly errors: { readonly error: unknown; readonly name: string }[];
  readonly warnings: string[];
  readonly refused: number[];
  readonly requests: {
    readonly target: string;
    readonly status: number;
    readonly switches: number;
    readonly aborted: boolean;
    readonly core: number;
  }[];
  readonly harakiris: HarakiriRecord[];
  stalls: number;
}

/** A server on a free port, and what its observer heard. */
export interface Served {
  readonly server: Server;
  readonly url: string;
  readonly address: TcpAddress;
  readonly heard: Heard;
  /** A raw connection to it. */
  connect(): Promise<RawClient>;
  /** Sends one request on a connection of its own, and gives all bytes up to the server's FIN. */
  exchange(request: string): Promise<string>;
}

/** Serves while `run` runs, and closes with no mercy after it. */
export async function withServer(options: ServeOptions, run: (served: Served) => Promise<void>): Promise<void> {
  const heard: Heard = { errors: [], warnings: [], refused: [], requests: [], harakiris: [], stalls: 0 };
  const server = serve({ port: 0, observer: observerOf(heard), ...options });
  await server.ready;
  const address: TcpAddress = { transport: "tcp", hostname: "127.0.0.1", port: Number(new URL(server.url).port) };
  const connect = () => RawClient.connect(address);
  const exchange = async (request: string) => {
    const client = await connect();
    client.send(request);
    await until(() => client.ended || client.closed);
    client.destroy();
    return client.text;
  };
  try {
    await run({ server, url: server.url, address, heard, connect, exchange });
  } finally {
    await server.close({ mercyMs: 0 });
  }
}

function observerOf(heard: Heard): Observer {
  return {
    request: ({ target, status, switches, aborted, core }) => heard.requests.push({ target, status, switches, aborted, core }),
    appError: (error, request) => heard.errors.push({ error, name: request === null ? "" : `${request.method} ${request.target}` }),
    refused: (status) => heard.refused.push(status),
    queueFull: (stalled) => heard.stalls += stalled,
    harakiri: (record) => heard.harakiris.push(record),
    warning: (message) => heard.warnings.push(message),
  };
}

/**
 * Waits until something is so, looking each 5 ms.
 *
 * @throws {Error} It is not so after `limitMs`.
 */
export async function until(isSo: () => boolean, limitMs = 15_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`wait until ${isSo}: not so after ${limitMs} ms`);
    await pause(5);
  }
}

/** Real time, for what only happens in it. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
