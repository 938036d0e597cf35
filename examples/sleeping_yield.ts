/** The same as a yield app, after uWSGI's `tests/sleeping_async.py`: a sleep is asked for, and the next yield is the sleep. */
import { sleep, type StartResponse, type YieldEnv } from "heddle";

export function* application(env: YieldEnv, startResponse: StartResponse): Generator<string> {
  startResponse("200 OK", [["content-type", "text/plain"]]);
  for (let i = 1; i <= 3; i++) {
    yield `core ${env["heddle.core"]}: slice ${i}\n`;
    sleep(200);
    yield "";
  }
}
