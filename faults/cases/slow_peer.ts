import type { RawClient } from "../../tests/support/raw_client.ts";
import { pause } from "../../tests/support/served.ts";
import type { Fault, FaultScene } from "../fault.ts";
import { get } from "../honest.ts";

const BYTES = 1_073_741_824;
const PAUSED_BYTES = 209_715_200;
const PIECE = new Uint8Array(1_048_576);
const MOST_MB = 64;

/** Large bodies for and of a client that stops now and then. */
export const slowPeer: Fault = {
  name: "slow-peer",
  holds: `1 GiB up and down with a slow peer, and 200 MiB for one that is paused: less than ${MOST_MB} MB of growth each`,
  settings: { limitPostBytes: 2 * BYTES },
  async run(scene) {
    const broken: string[] = [];
    const memory = await scene.memory();
    const held: string[] = [];
    for (const [what, transfer] of [["down", download], ["up", upload], ["paused", paused]] as const) {
      const [peak, done] = await scene.peak(() => scene.connect().then((client) => transfer(client, scene)));
      held.push(`${what} ${peak - memory} MB`);
      if (!done) broken.push(`${what}: it was not complete`);
      if (peak - memory >= MOST_MB) broken.push(`${what}: memory grew by ${peak - memory} MB`);
    }
    return { figures: held.join(", "), broken };
  },
};

async function download(client: RawClient): Promise<boolean> {
  client.send(get(`/stream/${BYTES}`));
  while (client.received < BYTES && !client.closed) {
    client.forget();
    await pause(10);
    client.pause();
    await pause(5);
    client.resume();
  }
  return client.received > BYTES;
}

async function upload(client: RawClient): Promise<boolean> {
  client.send(`POST /count/0 HTTP/1.1\r\nHost: a\r\nContent-Length: ${BYTES}\r\n\r\n`);
  for (let sent = 0; sent < BYTES;) {
    for (let count = 0; count < 16; count++, sent += PIECE.length) client.send(PIECE);
    while (client.accepted < sent && !client.closed) await pause(2);
    await pause(20);
  }
  for (let waited = 0; waited < 10_000 && client.text === ""; waited += 20) await pause(20);
  return client.text.endsWith(String(BYTES));
}

async function paused(client: RawClient, scene: FaultScene): Promise<boolean> {
  client.pause();
  client.send(get(`/stream/${PAUSED_BYTES}`));
  await pause(5_000);
  const waits = (await scene.state()).busy === 1;
  client.resume();
  while (client.received < PAUSED_BYTES && !client.closed) {
    client.forget();
    await pause(20);
  }
  return waits && client.received > PAUSED_BYTES;
}
