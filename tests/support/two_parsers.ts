/** nginx in front of heddle, and whether both have counted the same requests in what a client has sent. */
import { readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { Observer } from "../../mod.ts";
import { withFront } from "./front.ts";
import { RawClient } from "./raw_client.ts";
import { pause, withServer } from "./served.ts";

/** The field in which nginx numbers what it forwards: no client can know a number. */
const NUMBER = "x-number";

/** Behind each input, so that one that leaves nothing open comes to its end by itself. */
const LAST = "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/** How long nginx waits for the rest of a message. */
const PATIENCE_MS = 200;

/** By then each connection is over, on a busy machine too: nginx has its patience with a head and with a body. */
const LIMIT_MS = 20_000;

/** Inputs at a time, each on a connection of its own: those that are cut short wait for nginx's patience together. */
export const AT_A_TIME = 200;

/** What nginx has written of a request. */
interface Forwarded {
  readonly port: number;
  readonly number: string;
  readonly line: string;
  /** Empty where it was not forwarded. */
  readonly upstream: string;
  /** Of heddle's answer; empty or "-" if nginx gave up first. */
  readonly status: string;
}

/** nginx and heddle behind one another. */
export interface TwoParsers {
  /**
   * Sends inputs, each on a connection of its own to nginx, each with a whole request behind it.
   *
   * @param inputs At most `AT_A_TIME`; each unit is a byte.
   * @returns Where the two did not agree, in words; empty if they did. The inputs' requests that were forwarded, and that reached the app.
   */
  send(inputs: readonly string[]): Promise<{ readonly broken: readonly string[]; readonly forwarded: number; readonly served: number }>;
}

/** Whether nginx has a body whole before it forwards any of it. */
export type Buffering = "on" | "off";

function config(port: number, folder: string, upstream: number, buffering: Buffering): string {
  const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  const counted = `{"port":$remote_port,"number":"$request_id","line":"$request","upstream":"$upstream_addr","status":"$upstream_status"}`;
  // It forgives what it can, so that heddle sees it. A connection goes back to its keep-alive ones, where what is left in it would show.
  return `daemon off; pid ${folder}/pid; worker_processes 1; worker_rlimit_nofile 4096; events { worker_connections 2048; }
http {
  ${temps}
  log_format counted escape=json '${counted}';
  access_log ${folder}/access.log counted;
  client_header_timeout ${PATIENCE_MS}ms; client_body_timeout ${PATIENCE_MS}ms; keepalive_timeout ${PATIENCE_MS}ms; lingering_close off;
  client_max_body_size 0; large_client_header_buffers 8 64k; ignore_invalid_headers off; underscores_in_headers on; merge_slashes off;
  upstream app { server 127.0.0.1:${upstream}; keepalive 8; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port} backlog=1024; server_name a;
    location / {
      proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_next_upstream off;
      proxy_request_buffering ${buffering}; proxy_set_header Host $host; proxy_set_header ${NUMBER} $request_id;
    }
  }
}
`;
}

/** Runs both while `run` runs. */
export async function withTwoParsers(buffering: Buffering, run: (parsers: TwoParsers) => Promise<void>): Promise<void> {
  const behind = new Behind(buffering);
  const options = { fetch: behind.fetch, observer: behind.observer, timeouts: { keepAliveMs: 600_000 } };
  await withServer(options, async ({ server, address }) => {
    let log = "";
    const configure = (port: number, folder: string) => {
      log = join(folder, "access.log");
      return config(port, folder, address.port, buffering);
    };
    await withFront("nginx", configure, async (port) => {
      await run({
        async send(inputs) {
          const ports = await sendAll(port, inputs);
          for (const end = performance.now() + LIMIT_MS; server.stats().busy > 0 && performance.now() < end;) await pause(2);
          const { busy, queued } = server.stats();
          const lines = readFileSync(log, "latin1").split("\n").filter((line) => line !== "");
          truncateSync(log);
          const forwarded = lines.map((line) => JSON.parse(line) as Forwarded).filter(({ upstream }) => upstream !== "");
          const { numbers, refused } = behind.take();
          const broken = [...disagreements(forwarded, numbers, refused)].map(([port, what]) => {
            const input = ports.indexOf(port);
            return `${what}${input < 0 ? "" : `: ${JSON.stringify(inputs[input])}`}`;
          });
          ports.forEach((port, at) => port === null && broken.push(`no end of the connection: ${JSON.stringify(inputs[at])}`));
          if (busy + queued > 0) broken.push(`${busy} busy cores and ${queued} in the queue are left`);
          return { broken, forwarded: forwarded.length, served: numbers.length };
        },
      });
    });
  });
}

/** heddle's side: what reached the app, by nginx's numbers, and what did not. */
class Behind {
  #numbers: (string | null)[] = [];
  #refused = 0;
  readonly #buffering: Buffering;

  constructor(buffering: Buffering) {
    this.#buffering = buffering;
  }

  /** Reads every other body: what nobody reads must not be read as a request either. */
  readonly fetch = async (request: Request): Promise<Response> => {
    this.#numbers.push(request.headers.get(NUMBER));
    if (this.#numbers.length % 2 === 0) await request.arrayBuffer();
    return new Response("counted");
  };

  readonly observer: Observer = {
    refused: (_status, reason) => {
      // A body on whose rest nginx has given up is no request more, and one that nginx had whole must not seem so.
      if (this.#buffering === "on" || reason !== "the connection's end within a body") this.#refused++;
    },
  };

  take(): { readonly numbers: readonly (string | null)[]; readonly refused: number } {
    const taken = { numbers: this.#numbers, refused: this.#refused };
    this.#numbers = [];
    this.#refused = 0;
    return taken;
  }
}

/** @returns Each client's port, or null where the connection did not come to its end. */
async function sendAll(port: number, inputs: readonly string[]): Promise<(number | null)[]> {
  const clients = await Promise.all(inputs.map(() => RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port })));
  const ports = clients.map(({ localPort }) => localPort);
  clients.forEach((client, at) => client.send(inputs[at] + LAST));
  const isOver = (client: RawClient) => client.ended || client.closed;
  for (const end = performance.now() + LIMIT_MS; !clients.every(isOver) && performance.now() < end;) await pause(2);
  clients.forEach((client) => client.destroy());
  return clients.map((client, at) => isOver(client) ? ports[at]! : null);
}

/** @returns By client's port, 0 where it is not known. */
function* disagreements(
  forwarded: readonly Forwarded[],
  numbers: readonly (string | null)[],
  refused: number,
): Generator<readonly [port: number, what: string]> {
  const served = new Set(numbers);
  if (served.size < numbers.length) yield [0, "a request reached the app twice"];
  const known = new Set(forwarded.map(({ number }) => number));
  for (const number of served) if (number === null || !known.has(number)) yield [0, `the app had a request that nginx had not: ${number}`];
  for (const { port, number, line, status } of forwarded) {
    // nginx gave up on the body: the app may have been called by then, or not.
    if (!isAnswered(status)) continue;
    if (served.has(number) !== (status === "200")) {
      yield [port, `nginx forwarded "${line}", was answered with ${status}, and the app ${served.has(number) ? "had it" : "had it not"}`];
    }
  }
  const other = forwarded.filter(({ status }) => isAnswered(status) && status !== "200").length;
  if (refused !== other) yield [0, `heddle refused ${refused} requests, and nginx has heard of ${other}`];
}

function isAnswered(status: string): boolean {
  return /^\d+$/.test(status);
}
