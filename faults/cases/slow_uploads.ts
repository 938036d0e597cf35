import { pause } from "../../tests/support/served.ts";
import type { Fault } from "../fault.ts";
import { askFor, ms, notOf, p99 } from "../honest.ts";

const CLIENTS = 2_000;
const BYTES = 60_000;
/** In so many pieces; the last two come at the end. */
const PIECES = 20;
const HONEST = 4;
const MEASURED_MS = 8_000;
const NOISE_MS = 5;

/** Small bodies that come slowly. */
export const slowUploads: Fault = {
  name: "slow-uploads",
  holds: `${CLIENTS} trickled uploads of 60 KB on 100 cores: none takes a core before it is in, honest requests are unharmed`,
  settings: { async: 100, queue: 100 },
  async run(scene) {
    const broken: string[] = [];
    const before = await askFor(scene, HONEST, MEASURED_MS);
    const slow = await scene.crowd(CLIENTS);
    for (const client of slow) client.send(`POST /count/0 HTTP/1.1\r\nHost: a\r\nContent-Length: ${BYTES}\r\n\r\n`);
    const piece = "x".repeat(BYTES / PIECES);
    const trickle = (async () => {
      const from = performance.now();
      // A few at a time: the honest clients are in the same process as these, and would wait for it.
      for (let sent = 0; sent < CLIENTS * (PIECES - 2); sent++) {
        slow[sent % CLIENTS]!.send(piece);
        const ahead = MEASURED_MS * sent / (CLIENTS * (PIECES - 2)) - (performance.now() - from);
        if (ahead > 5) await pause(ahead);
      }
    })();
    let busiest = 0;
    const watch = setInterval(() => void scene.state().then(({ busy }) => busiest = Math.max(busiest, busy)), 250);
    const during = await askFor(scene, HONEST, MEASURED_MS);
    await trickle;
    clearInterval(watch);
    await pause(300);
    if (busiest > HONEST) broken.push(`${busiest} cores were busy`);
    if (notOf(200, during) > 0) broken.push(`${notOf(200, during)} honest requests were not answered with 200`);
    if (p99(during) > 2 * Math.max(p99(before), NOISE_MS)) broken.push("the honest clients' p99 more than doubled");
    for (const client of slow) client.send(piece + piece);
    for (let waited = 0; waited < 20_000 && slow.some(({ text }) => !text.endsWith(String(BYTES))); waited += 200) await pause(200);
    const answered = slow.filter(({ text }) => text.startsWith("HTTP/1.1 200 ")).length;
    if (answered < CLIENTS) broken.push(`${CLIENTS - answered} uploads were not answered with 200`);
    return {
      figures: `p99 ${ms(p99(before))} before, ${ms(p99(during))} among them; at most ${busiest} cores busy; ${answered} uploads answered`,
      broken,
    };
  },
};
