import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free_port.ts";
import { RawClient } from "./raw_client.ts";
import { until } from "./served.ts";

/** A proxy in front of a server. */
export type Front = "nginx" | "haproxy";

/** Whether the program is there. */
export function hasFront(front: Front): boolean {
  return spawnSync(front, ["-v"]).error === undefined;
}

/** nginx with kept connections to the server, telling of its client by X-Forwarded fields. */
export function nginxConfig(port: number, folder: string, upstream: number): string {
  const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join("\n");
  return `daemon off; pid ${folder}/pid; worker_processes 1; events {}
http {
  ${temps}
  access_log off;
  keepalive_requests 10000000;
  upstream app { server 127.0.0.1:${upstream}; keepalive 16; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto https;
    }
  }
}
`;
}

/** @param server Options of its server line: `send-proxy-v2`. */
export function haproxyConfig(port: number, upstream: number, server: string): string {
  return `defaults
  mode http
  timeout client 10s
  timeout server 10s
  timeout connect 5s
frontend front
  bind 127.0.0.1:${port}
  default_backend app
backend app
  server app 127.0.0.1:${upstream} ${server}
`;
}

/**
 * Runs nginx or HAProxy while `run` runs.
 *
 * @param configure Makes its configuration, of the port to listen on and a folder of its own.
 */
export async function withFront(
  front: Front,
  configure: (port: number, folder: string) => string,
  run: (port: number) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), `heddle-${front}-`));
  const port = await freePort();
  const file = join(folder, "front.conf");
  writeFileSync(file, configure(port, folder));
  const args = front === "nginx" ? ["-c", file, "-p", folder, "-e", join(folder, "error.log")] : ["-f", file, "-db"];
  const child = spawn(front, args, { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => printed += String(text));
  try {
    await untilOpen(port, child, () => printed);
    await run(port);
  } finally {
    child.kill("SIGTERM");
    await new Promise((resolve) => child.exitCode === null ? child.on("exit", resolve) : resolve(null));
    rmSync(folder, { recursive: true });
  }
}

async function untilOpen(port: number, child: ChildProcess, printed: () => string): Promise<void> {
  let open = false;
  let ended = false;
  child.on("exit", () => ended = true);
  const knock = async () => {
    while (!open && !ended) {
      try {
        (await RawClient.connect({ transport: "tcp", hostname: "127.0.0.1", port })).destroy();
        open = true;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  };
  await Promise.all([knock(), until(() => open || ended)]);
  if (!open) throw new Error(`start a proxy: ${printed()}`);
}
