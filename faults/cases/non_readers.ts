import type { RawClient } from "../../tests/support/raw_client.ts";
import { pause } from "../../tests/support/served.ts";
import type { Fault, FaultScene } from "../fault.ts";
import { get } from "../honest.ts";

const CLIENTS = 500;
const BYTES = 8_388_608;
/** They go first, so that what the server needs once, compiled code and pools, is no part of the figure. */
const WARM_UP_CLIENTS = 20;
/**
 * Of each connection's: the high-water mark, which one chunk of the app's fills, and as much as half of it in objects: its own, its
 * request's, its core's, its stream's (20 KB on Deno 2.9.6, which has most). A chunk's copy, beside its framing, is the mark's. The app
 * makes nothing, for all of its chunks are one. What the kernel holds is not in a process's resident memory.
 */
const MOST_MB = CLIENTS * (65_536 + 32_768) / 1_048_576;

/** Who asks for much and reads nothing. */
export const nonReaders: Fault = {
  name: "non-readers",
  holds: `${CLIENTS} clients ask for 8 MiB and read nothing: at most the high-water mark of each in memory; the app is asked for no more`,
  settings: { async: 1_000 },
  async run(scene) {
    const first = await askWithoutReading(scene, WARM_UP_CLIENTS);
    await pause(2_000);
    for (const client of first) client.destroy();
    await scene.rest(10_000);
    const memory = await scene.memory();
    const clients = await askWithoutReading(scene, CLIENTS);
    const [peak] = await scene.peak(() => pause(8_000));
    const before = (await scene.state()).pulls;
    await pause(2_000);
    const after = (await scene.state()).pulls;
    const broken: string[] = [];
    if (peak - memory > MOST_MB) broken.push(`memory grew by more than ${MOST_MB.toFixed(0)} MB`);
    if (after > before) broken.push(`${after - before} more chunks were pulled of the app, though nobody read`);
    for (const client of clients) client.destroy();
    if (!await scene.rest(10_000)) broken.push("connections are left");
    return { figures: `${peak - memory} MB more; ${after} chunks of 64 KiB were pulled, the kernel has the rest`, broken };
  },
};

/** Asks, and lets the kernel's buffers fill. */
async function askWithoutReading(scene: FaultScene, count: number): Promise<RawClient[]> {
  const clients = await scene.crowd(count);
  for (const client of clients) {
    client.pause();
    client.send(get(`/stream/${BYTES}`));
  }
  return clients;
}
