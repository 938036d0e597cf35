/** What nginx needs to run as `nginx.ts` starts it. */
import { join } from "node:path";
import { ROOT } from "../scripts/root.ts";
import { NGINX_FOLDER, nginxConfig, type NginxSetup } from "./nginx.ts";
import { SITE } from "./site.ts";

/** Writes the configurations, each with a port that is free now. */
export async function createNginx(): Promise<void> {
  await Deno.mkdir(join(ROOT, NGINX_FOLDER), { recursive: true });
  for (const setup of ["cached", "uncached"] as const) {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    await Deno.writeTextFile(join(ROOT, nginxConfig(setup)), configuration(port, setup));
  }
}

function configuration(port: number, setup: NginxSetup): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `  ${name}_temp_path ${NGINX_FOLDER}/${name};`).join(
    "\n",
  );
  return `daemon off;
master_process off;
worker_processes 1;
pid ${NGINX_FOLDER}/${setup}.pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  types { text/plain txt; }
  default_type application/octet-stream;
${setup === "cached" ? "  open_file_cache max=20000 inactive=60s;\n  open_file_cache_valid 60s;\n" : ""}${temporary}
  server {
    listen 127.0.0.1:${port} backlog=1024;
    root ${join(ROOT, SITE)};
  }
}
`;
}
