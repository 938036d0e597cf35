/** A server on the memory engine and a fake clock: nothing waits, and nothing happens but in `settle` and `pass`. */
import type { Clock, Platform, ServeOptions, Server, Threads } from "../../mod.ts";
import { createMemoryEngine } from "../../src/io/memory.ts";
import { FakeClock } from "./fake_clock.ts";
import { MemoryPeer } from "./memory_peer.ts";
import { parseAnswer, type ParsedAnswer } from "./parse_answer.ts";
import { type Heard, withServer } from "./served.ts";

/** What a test has of such a server. */
export interface ServedMemory {
  readonly server: Server;
  readonly clock: FakeClock;
  readonly heard: Heard;
  /** A client, whose connection was accepted. */
  connect(): Promise<MemoryPeer>;
  /** A client that has sent this, and what follows from it has happened. */
  sent(bytes: string): Promise<MemoryPeer>;
  /** Lets all happen that needs no time. */
  settle(): Promise<void>;
  /** Lets all happen that needs no time, then time pass, and what follows from it happen. */
  pass(ms: number): Promise<void>;
}

/**
 * Serves while `run` runs, and closes with no mercy after it.
 *
 * @param threads Where it has its threads from. @default there are none
 */
export function withMemoryServer(
  options: ServeOptions,
  run: (served: ServedMemory) => Promise<void>,
  threads?: (clock: Clock) => Threads,
): Promise<void> {
  const engine = createMemoryEngine();
  const clock = new FakeClock();
  const platform: Platform = {
    runtime: { name: "node", version: "0.0.0" },
    engine,
    clock,
    env: {},
    ...(threads !== undefined && { threads: () => Promise.resolve(threads(clock)) }),
  };
  return withServer({ platform, ...options }, async ({ server, heard, address }) => {
    const settle = async () => {
      engine.run();
      do await clock.settle(); while (engine.run() > 0 || clock.nextTimerMs <= clock.now());
    };
    const pass = async (ms: number) => {
      await settle();
      clock.advance(ms);
      await settle();
    };
    const connect = async () => {
      const peer = new MemoryPeer(await engine.connect(address));
      await settle();
      return peer;
    };
    const sent = async (bytes: string) => {
      const peer = await connect();
      peer.send(bytes);
      await settle();
      return peer;
    };
    try {
      await run({ server, clock, heard, connect, sent, settle, pass });
    } finally {
      const closed = server.close({ mercyMs: 0 });
      await settle();
      await closed;
    }
  });
}

/** A request's bytes: `GET /path`, or with a body of which its length is told. */
export function requestOf(line: string, body: string | null = null, ...fields: string[]): string {
  const all = [`${line} HTTP/1.1`, "Host: a", ...fields, ...(body === null ? [] : [`Content-Length: ${body.length}`]), "", body ?? ""];
  return all.join("\r\n");
}

/**
 * All answers that came on a connection, none of them cut short; interim ones among them.
 *
 * @param methods Of their requests, where one is not GET.
 */
export function answersOf(peer: MemoryPeer, ...methods: string[]): ParsedAnswer[] {
  const answers: ParsedAnswer[] = [];
  for (let rest = peer.text; rest !== "";) {
    const answer = parseAnswer(rest, methods[answers.length]);
    answers.push(answer);
    rest = answer.rest;
  }
  return answers;
}
