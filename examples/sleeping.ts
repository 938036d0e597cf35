/**
 * Sleeps from any call depth, and no core stands still meanwhile: `heddle serve examples/sleeping.ts --async 10`, then
 * `curl http://127.0.0.1:8080/?ms=1000` in twelve shells: ten answers after one second, two after two.
 */
import { core, sleep } from "heddle";

async function rest(ms: number): Promise<void> {
  await sleep(ms);
}

export default {
  async fetch(request: Request): Promise<Response> {
    const ms = Number(new URL(request.url).searchParams.get("ms") ?? 1000);
    if (!(ms >= 0 && ms <= 60_000)) return new Response("ms: 0 to 60000\n", { status: 400 });
    const from = performance.now();
    await rest(ms);
    return new Response(`core ${core()} slept ${Math.round(performance.now() - from)} ms\n`);
  },
};
