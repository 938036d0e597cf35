/** Clients that mean well, and how long they wait. */
import type { RawClient } from "../tests/support/raw_client.ts";
import { pause } from "../tests/support/served.ts";
import type { FaultScene } from "./fault.ts";

/** An answer: its status, and milliseconds from the request's last byte to the answer's head. */
export interface Answered {
  readonly status: number;
  readonly ms: number;
}

/** An answer that did not come is one of status 0 after this. */
const PATIENCE_MS = 30_000;

/** A GET request's bytes. */
export function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
}

/** Asks once on a connection that has nothing under way. */
export async function ask(client: RawClient, request: string): Promise<Answered> {
  client.forget();
  const from = performance.now();
  client.send(request);
  while (!client.text.includes("\r\n\r\n")) {
    if (client.closed || client.ended || performance.now() - from > PATIENCE_MS) return { status: 0, ms: performance.now() - from };
    await turn();
  }
  return { status: Number(client.text.slice(9, 12)), ms: performance.now() - from };
}

/** So many clients ask for `/hello` one after another, with a breath between, until the time is over. */
export async function askFor(scene: FaultScene, clients: number, ms: number): Promise<Answered[]> {
  const answers: Answered[] = [];
  const end = performance.now() + ms;
  const crowd = await scene.crowd(clients);
  await Promise.all(crowd.map(async (client) => {
    while (performance.now() < end) {
      answers.push(await ask(client, get("/hello/0")));
      await pause(5);
    }
    client.destroy();
  }));
  return answers;
}

/** The time that 99 of a hundred took at most, in milliseconds. */
export function p99(answers: readonly Answered[]): number {
  const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
  return times[Math.min(times.length - 1, Math.floor(times.length * 0.99))] ?? NaN;
}

/** How many had another status. */
export function notOf(status: number, answers: readonly Answered[]): number {
  return answers.filter((answer) => answer.status !== status).length;
}

/** With two digits behind the point. */
export function ms(time: number): string {
  return `${time.toFixed(2)} ms`;
}

/** To look again as soon as the sockets had their turn: a timer's millisecond would be in each time. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
