/**
 * uWSGI's `async_sleep`, from a helper and in fractions of a second: `heddle serve examples/uwsgi/sleeping.ts --async 10`, then
 * `curl http://127.0.0.1:8080/?s=0.5` in ten shells: all ten answers after half a second.
 */
import { asyncSleep, core } from "heddle";

async function rest(seconds: number): Promise<void> {
  await asyncSleep(seconds);
}

export default {
  async fetch(request: Request): Promise<Response> {
    const seconds = Number(new URL(request.url).searchParams.get("s") ?? 1);
    if (!(seconds >= 0 && seconds <= 60)) return new Response("s: 0 to 60\n", { status: 400 });
    await rest(seconds);
    return new Response(`core ${core()} slept ${seconds} s\n`);
  },
};
