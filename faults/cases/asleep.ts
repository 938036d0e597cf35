import { pause } from "../../tests/support/served.ts";
import type { Fault } from "../fault.ts";
import { get } from "../honest.ts";

const CLIENTS = 10_000;
const SLEEP_MS = 10_000;

/** What async cores are for. */
export const asleep: Fault = {
  name: "asleep",
  holds: `${CLIENTS} requests asleep on as many sockets: all are answered`,
  settings: { async: CLIENTS, timeouts: { firstByteMs: 60_000 } },
  async run(scene) {
    const clients = await scene.crowd(CLIENTS);
    const memory = await scene.memory();
    const from = performance.now();
    for (const client of clients) client.send(get(`/sleep/${SLEEP_MS}`));
    await pause(SLEEP_MS / 2);
    const { busy } = await scene.state();
    const held = await scene.memory() - memory;
    while (clients.some(({ text }) => !text.endsWith("slept")) && performance.now() - from < 3 * SLEEP_MS) await pause(100);
    const answered = clients.filter(({ text }) => text.endsWith("slept")).length;
    const broken: string[] = [];
    if (busy < CLIENTS) broken.push(`only ${busy} slept at once`);
    if (answered < CLIENTS) broken.push(`${CLIENTS - answered} were not answered`);
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    return { figures: `${answered} answered after ${seconds} s; ${(held * 1024 / CLIENTS).toFixed(1)} KB each while they slept`, broken };
  },
};
