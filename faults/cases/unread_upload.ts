import { pause } from "../../tests/support/served.ts";
import type { Fault } from "../fault.ts";

const BYTES = 1_073_741_824;
const PIECE = new Uint8Array(1_048_576);
/** What the garbage of 64 KiB comes to before a collector looks. */
const MOST_MB = 16;

/** A body that nobody reads. */
export const unreadUpload: Fault = {
  name: "unread-upload",
  holds: "1 GiB sent to a handler that does not read: about one high-water mark in memory, and the window closed",
  settings: { limitPostBytes: 2 * BYTES },
  async run(scene) {
    const client = await scene.connect();
    const memory = await scene.memory();
    client.send(`POST /ignore/6000 HTTP/1.1\r\nHost: a\r\nContent-Length: ${BYTES}\r\n\r\n`);
    // As much of it as the client's own memory is to hold.
    for (let count = 0; count < 64; count++) client.send(PIECE);
    const [peak] = await scene.peak(() => pause(3_000));
    const { accepted } = client;
    await pause(1_000);
    const broken: string[] = [];
    if (peak - memory > MOST_MB) broken.push(`memory grew by more than ${MOST_MB} MB`);
    if (client.accepted > accepted) broken.push(`the window opened again for ${client.accepted - accepted} bytes`);
    if (accepted > 32 * PIECE.length) broken.push("the kernel went on taking bytes");
    await pause(4_000);
    if (!client.text.endsWith("not read")) broken.push(`it was answered with ${JSON.stringify(client.text.slice(0, 100))}`);
    return { figures: `${peak - memory} MB more; the kernels took ${(accepted / 1_048_576).toFixed(1)} MiB`, broken };
  },
};
