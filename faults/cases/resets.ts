import type { RawClient } from "../../tests/support/raw_client.ts";
import { pause } from "../../tests/support/served.ts";
import type { Fault } from "../fault.ts";
import { get } from "../honest.ts";

const CLIENTS = 5_000;
const AT_ONCE = 250;
const MOST_MB = 32;
const UPLOAD = "POST /count/0 HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n";

/** What was sent when the client goes, and how it goes. */
const PHASES: readonly (readonly [sent: string, leave: (client: RawClient) => void])[] = [
  ["", (client) => client.reset()],
  ["GET /hello/0 HT", (client) => client.reset()],
  [get("/hello/0"), (client) => client.reset()],
  [get("/hello/0").repeat(20), (client) => client.reset()],
  [UPLOAD + "x".repeat(100_000), (client) => client.reset()],
  [UPLOAD + "x".repeat(100_000), (client) => client.end()],
  [get("/stream/10000000"), (client) => client.reset()],
  [get("/stream/10000000"), (client) => client.end()],
  [get("/sleep/100"), (client) => client.reset()],
  [get("/abort/0"), (client) => client.reset()],
  [get("/abort/0"), (client) => client.end()],
];

/** Clients that go at any moment. */
export const resets: Fault = {
  name: "resets",
  holds: `${CLIENTS} resets, half-closes and FINs in every phase: no core, descriptor or memory is left; each signal was aborted once`,
  settings: { async: 100, queue: 10_000, timeouts: { lingerMs: 2_000 } },
  async run(scene) {
    const wave = async (count: number) => {
      const clients = await scene.crowd(count);
      clients.forEach((client, index) => client.send(PHASES[index % PHASES.length]![0]));
      await pause(Math.random() * 60);
      clients.forEach((client, index) => PHASES[index % PHASES.length]![1](client));
      await pause(200);
      for (const client of clients) client.destroy();
    };
    const broken: string[] = [];
    // Heaps grow once: Node's by 89 MB with the first 5,000, and by nothing with 15,000 more.
    for (let done = 0; done < CLIENTS; done += AT_ONCE) await wave(AT_ONCE);
    await scene.rest(20_000);
    const [files, memory] = [scene.files(), await scene.memory()];
    for (let done = 0; done < CLIENTS; done += AT_ONCE) await wave(AT_ONCE);
    if (!await scene.rest(20_000)) broken.push("connections or cores are left");
    const { waits, aborts } = await scene.state();
    if (scene.files() > files) broken.push(`${scene.files() - files} descriptors are left`);
    const grown = await scene.memory() - memory;
    if (grown > MOST_MB) broken.push(`memory grew by more than ${MOST_MB} MB`);
    if (aborts !== waits) broken.push(`${waits} handlers waited for their signal, and it was aborted ${aborts} times`);
    return { figures: `${grown} MB more; ${waits} signals, ${aborts} aborts`, broken };
  },
};
