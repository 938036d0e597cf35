import { pause } from "../../tests/support/served.ts";
import type { Fault } from "../fault.ts";
import { askFor, ms, notOf, p99 } from "../honest.ts";

const CLIENTS = 10_000;
const HONEST = 4;
const MEASURED_MS = 8_000;
const HEAD_MS = 20_000;
/** Below it two times are the same: the machine's own noise is as much. */
const NOISE_MS = 2;

/** Slowloris. */
export const slowHeads: Fault = {
  name: "slow-heads",
  holds:
    `${CLIENTS} half-sent heads: honest clients are answered with 200, their p99 within 2 times; the slow ones are gone by the head timeout`,
  settings: { async: 100, timeouts: { headMs: HEAD_MS, lingerMs: 2_000 } },
  async run(scene) {
    const broken: string[] = [];
    const before = await askFor(scene, HONEST, MEASURED_MS);
    const memory = await scene.memory();
    const slow = await scene.crowd(CLIENTS);
    const from = performance.now();
    for (const client of slow) client.send("GET /hello/0 HTTP/1.1\r\nHost: a\r\nX-Slow: ");
    const during = await askFor(scene, HONEST, MEASURED_MS);
    const { connections } = await scene.state();
    const held = await scene.memory() - memory;
    if (connections < CLIENTS) broken.push(`only ${connections} were open meanwhile`);
    if (notOf(200, during) > 0) broken.push(`${notOf(200, during)} honest requests were not answered with 200`);
    if (p99(during) > 2 * Math.max(p99(before), NOISE_MS)) broken.push("the honest clients' p99 more than doubled");
    await pause(Math.max(0, from + HEAD_MS + 3_000 - performance.now()));
    const told = slow.filter((client) => client.text.startsWith("HTTP/1.1 408 ")).length;
    if (!await scene.rest(10_000)) broken.push(`${(await scene.state()).connections} are left`);
    if (told < CLIENTS) broken.push(`${CLIENTS - told} were not told by a 408`);
    return { figures: `p99 ${ms(p99(before))} before, ${ms(p99(during))} among them; ${told} told 408; ${held} MB held`, broken };
  },
};
