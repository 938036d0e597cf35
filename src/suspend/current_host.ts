import type { RequestHost } from "../contract/engine.ts";
import { currentCore } from "../core/current.ts";
import { selectPlatform } from "../io/select.ts";

let outside: Promise<RequestHost> | null = null;

/** The network and the time of the request whose code calls this; outside of any, the runtime's own. */
export function currentHost(): RequestHost | Promise<RequestHost> {
  return currentCore()?.host ?? (outside ??= openOutside());
}

async function openOutside(): Promise<RequestHost> {
  const { engine, clock } = await selectPlatform();
  return { io: engine, after: (delayMs, expired) => clock.setTimer(delayMs, expired, true) };
}
