/**
 * Waits for several sockets at once, and for no longer than a time: whoever of `PEERS` speaks first is heard, as with several calls of uWSGI's
 * `wait_fd_read`. `PEERS=127.0.0.1:7001,127.0.0.1:7002 heddle serve examples/uwsgi/waiting.ts`, then
 * `curl http://127.0.0.1:8080/?ms=2000` and, in other shells, `nc -l 127.0.0.1 7001` and `7002`: type a line into one of them.
 */
import { connect, type Env, type Stream, suspend, waitRead } from "heddle";

/** The first line that comes from any of them; null past the time. */
async function firstWord(peers: readonly Stream[], timeoutMs: number): Promise<string | null> {
  for (const peer of peers) waitRead(peer, { timeoutMs });
  const { outcome, target, error } = await suspend();
  if (outcome === "failed") throw error;
  if (outcome === "timedOut") return null;
  const index = peers.findIndex((peer) => peer === target);
  const said = await peers[index].read();
  return `peer ${index}: ${said === null ? "hung up" : new TextDecoder().decode(said).trim()}`;
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const timeoutMs = Number(new URL(request.url).searchParams.get("ms") ?? 2000);
    if (!(timeoutMs >= 1 && timeoutMs <= 60_000)) return new Response("ms: 1 to 60000\n", { status: 400 });
    const addresses = (env.PEERS ?? "").split(",");
    const peers = await Promise.all(addresses.map((address) => connect(address, { timeoutMs: 1000, signal: request.signal })));
    try {
      const word = await firstWord(peers, timeoutMs);
      return word === null ? new Response("nobody spoke\n", { status: 504 }) : new Response(`${word}\n`);
    } finally {
      for (const peer of peers) peer.close();
    }
  },
};
