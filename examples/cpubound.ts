/**
 * uWSGI's `tests.cpubound_async`: 9,999 chunks, with a switch after each, so that other requests run in between.
 * `heddle serve examples/cpubound.ts --async 10`, then `curl http://127.0.0.1:8080/` twice at once.
 */
import type { StartResponse, YieldEnv } from "heddle";

export default function* application(_env: YieldEnv, startResponse: StartResponse): Generator<string> {
  startResponse("200 OK", [["content-type", "text/html"]]);
  for (let i = 1; i < 10_000; i++) yield `<h1>${i}</h1>`;
}
