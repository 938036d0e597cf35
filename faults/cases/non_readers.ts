import { pause } from "../../tests/support/served.ts";
import type { Fault } from "../fault.ts";
import { get } from "../honest.ts";

const CLIENTS = 500;
const BYTES = 8_388_608;
/** Of each connection's: the mark, and the piece of 64 KiB that went past it. */
const MOST_MB = CLIENTS * 2 * 65_536 / 1_048_576;

/** Who asks for much and reads nothing. */
export const nonReaders: Fault = {
  name: "non-readers",
  holds:
    `${CLIENTS} clients ask for 8 MiB and read nothing: at most the high-water mark and one piece of each in memory; the app is asked for no more`,
  settings: { async: 1_000 },
  async run(scene) {
    const clients = await scene.crowd(CLIENTS);
    const memory = await scene.memory();
    for (const client of clients) {
      client.pause();
      client.send(get(`/stream/${BYTES}`));
    }
    const [peak] = await scene.peak(() => pause(8_000));
    const before = (await scene.state()).pulls;
    await pause(2_000);
    const after = (await scene.state()).pulls;
    const broken: string[] = [];
    if (peak - memory > MOST_MB) broken.push(`memory grew by more than ${MOST_MB} MB`);
    if (after > before) broken.push(`${after - before} more chunks were pulled of the app, though nobody read`);
    for (const client of clients) client.destroy();
    if (!await scene.rest(10_000)) broken.push("connections are left");
    return { figures: `${peak - memory} MB more; ${after} chunks of 64 KiB were pulled, the kernel has the rest`, broken };
  },
};
