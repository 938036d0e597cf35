import { pause } from "../../tests/support/served.ts";
import type { Fault } from "../fault.ts";
import { type Answered, ask, get, ms, p99 } from "../honest.ts";

const CORES = 10;
const SERVICE_MS = 50;
/** Requests a second that the cores can do. */
const CAPACITY = CORES * 1000 / SERVICE_MS;
const TIMES = 20;
/** Who is served misses its turns meanwhile: with all cores and the queue full that is 30 of the 400 clients. */
const LEAST_TIMES = 18;
const CLIENTS = 400;
const SECONDS = 60;
const QUEUE_TIMEOUT_MS = 500;
const MOST_MB = 16;

/** A flood. */
export const overload: Fault = {
  name: "overload",
  holds:
    `${TIMES} times what the cores can do for ${SECONDS} s: 90 % of what they can is done, in the queue's time; the others get a 503 with Retry-After in 50 ms; memory is flat`,
  settings: { async: CORES, queue: 20, queueTimeoutMs: QUEUE_TIMEOUT_MS },
  async run(scene) {
    const clients = await scene.crowd(CLIENTS);
    const answers: Answered[] = [];
    let untold = 0;
    const from = performance.now();
    const until = from + SECONDS * 1000;
    const everyMs = 1000 * CLIENTS / (CAPACITY * TIMES);
    const early = pause(10_000).then(() => Promise.all([scene.held(), scene.memory()]));
    await Promise.all(clients.map(async (client, index) => {
      // Each has its turn at a time of its own; who is served misses some.
      for (let at = from + everyMs * index / CLIENTS; at < until; at += everyMs) {
        await pause(Math.max(0, at - performance.now()));
        if (performance.now() - at >= everyMs) continue;
        const answer = await ask(client, get(`/sleep/${SERVICE_MS}`));
        answers.push(answer);
        if (answer.status === 503 && !/\r\nretry-after: \d+\r\n/i.test(client.text)) untold++;
      }
    }));
    const [held, resident] = await early;
    const grown = await scene.held() - held;
    const larger = await scene.memory() - resident;
    const served = answers.filter(({ status }) => status === 200);
    const shed = answers.filter(({ status }) => status === 503);
    const goodput = served.length / SECONDS / CAPACITY;
    const offered = answers.length / SECONDS / CAPACITY;
    const broken: string[] = [];
    if (offered < LEAST_TIMES) broken.push(`less than ${LEAST_TIMES} times what the cores can do was offered`);
    if (served.length + shed.length < answers.length) {
      broken.push(`${answers.length - served.length - shed.length} had neither a 200 nor a 503`);
    }
    if (goodput < 0.9) broken.push("less than 90 % of what the cores can do");
    if (p99(served) > QUEUE_TIMEOUT_MS + SERVICE_MS) broken.push("who was served waited for longer than the queue's time");
    if (untold > 0) broken.push(`${untold} of the 503 had no Retry-After`);
    if (p99(shed) > 50) broken.push("the 503 took more than 50 ms");
    if (grown > MOST_MB) broken.push(`more than ${MOST_MB} MB more are held`);
    const figures =
      `offered ${offered.toFixed(1)} times the capacity; ${(goodput * 100).toFixed(0)} % of it done, p99 ${ms(p99(served))}; ` +
      `503 p50 ${ms(median(shed))}, p99 ${ms(p99(shed))}; ${grown} MB more held in 50 s, ${larger} MB more resident`;
    return { figures, broken };
  },
};

function median(answers: readonly Answered[]): number {
  return answers.map(({ ms }) => ms).sort((a, b) => a - b)[answers.length >> 1] ?? NaN;
}
