import { closeSync, ftruncateSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { RawClient } from "../../tests/support/raw_client.ts";
import { pause } from "../../tests/support/served.ts";
import type { Fault, FaultScene } from "../fault.ts";
import { askFor, get, ms, notOf, p99 } from "../honest.ts";

const CLIENTS = 100;
/** Of a file with nothing in it, which takes no room on a disk. */
const BYTES = 10 * 1_073_741_824;
/** What each takes of it: 2 Mbit/s, as over a mobile network. */
const TAKEN_BYTES = 65_536;
const TAKEN_EACH_MS = 250;
const HONEST = 4;
const MEASURED_MS = 8_000;
const NOISE_MS = 5;
const MOST_MB = 64;

/** A large file for many who take it slowly. */
export const slowDownloads: Fault = {
  name: "slow-downloads",
  holds:
    `a file of 10 GiB for ${CLIENTS} clients that take 256 KB/s each: less than ${MOST_MB} MB of growth, no core taken, honest requests are unharmed`,
  settings: { async: CLIENTS / 2, static: [{ root: tmpdir(), prefix: "/files" }] },
  async run(scene) {
    const name = `heddle-sparse-${process.pid}`;
    const path = join(tmpdir(), name);
    const file = openSync(path, "w");
    try {
      ftruncateSync(file, BYTES);
      return await download(scene, `/files/${name}`);
    } finally {
      closeSync(file);
      rmSync(path);
    }
  },
};

async function download(scene: FaultScene, path: string) {
  const broken: string[] = [];
  const before = await askFor(scene, HONEST, MEASURED_MS);
  const memory = await scene.memory();
  const slow = await scene.crowd(CLIENTS);
  for (const client of slow) {
    client.pause();
    client.send(get(path));
  }
  let isOver = false;
  const taking = slow.map((client, at) => takeSlowly(client, at * TAKEN_EACH_MS / CLIENTS, () => isOver));
  const during = await askFor(scene, HONEST, MEASURED_MS);
  // Not in that time: each look stops the server for a collection.
  const [peak] = await scene.peak(() => pause(MEASURED_MS));
  const { busy } = await scene.state();
  isOver = true;
  await Promise.all(taking);
  const received = slow.map((client) => client.received);
  if (busy > HONEST) broken.push(`${busy} cores were busy`);
  if (peak - memory >= MOST_MB) broken.push(`memory grew by ${peak - memory} MB`);
  if (Math.min(...received) < MEASURED_MS / TAKEN_EACH_MS * TAKEN_BYTES / 2) broken.push(`one client got ${Math.min(...received)} bytes`);
  if (notOf(200, during) > 0) broken.push(`${notOf(200, during)} honest requests were not answered with 200`);
  if (p99(during) > 2 * Math.max(p99(before), NOISE_MS)) broken.push("the honest clients' p99 more than doubled");
  for (const client of slow) client.destroy();
  if (!await scene.rest(10_000)) broken.push("connections are left");
  const megabytes = received.reduce((sum, bytes) => sum + bytes, 0) / 1_000_000;
  return {
    figures: `${peak - memory} MB more; p99 ${ms(p99(before))} before, ${ms(p99(during))} among them; ${Math.round(megabytes)} MB taken`,
    broken,
  };
}

/** @param laterMs Each at a time of its own: the honest clients are in the same process. */
async function takeSlowly(client: RawClient, laterMs: number, isOver: () => boolean): Promise<void> {
  await pause(laterMs);
  while (!isOver() && !client.closed) {
    client.take(TAKEN_BYTES);
    await pause(TAKEN_EACH_MS);
    client.forget();
  }
}
