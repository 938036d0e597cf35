// 100 chunks, a slice each; yield.py is the same for uWSGI.
import type { StartResponse, YieldEnv } from "heddle";

export function* application(_env: YieldEnv, startResponse: StartResponse): Generator<string> {
  startResponse("200 OK", [["content-type", "text/plain"], ["content-length", "1600"]]);
  for (let i = 0; i < 100; i++) yield "0123456789abcde\n";
}
