import {
  fileAlone,
  heddleHello,
  heddleStatic,
  heddleStaticApp,
  HELLO,
  nginx,
  otherStatic,
  OWN,
  raw,
  RUNTIMES,
  SERVE_STATIC,
} from "../contestants.ts";
import { ratios, toNginx } from "../targets.ts";
import { CONNECTIONS, type Contestant, CPU_A_REQUEST, type LoadPlan, type Workload } from "../workload.ts";

const SIRV = "sirv on node:http";

const plan = (path: string, script?: string): LoadPlan => ({
  kind: "load",
  connections: CONNECTIONS,
  path,
  ...(script !== undefined && { script }),
});

const others: readonly Contestant[] = [
  otherStatic("bun", OWN, "bun"),
  otherStatic("node", SERVE_STATIC, "hono"),
  otherStatic("node", SIRV, "sirv"),
];

/** What most requests to a site are. */
export const staticSmall: Workload = {
  name: "static-1k",
  shows: "A file of 1 KiB, asked for again and again.",
  figure: CPU_A_REQUEST,
  plan: plan("/1k.txt"),
  contestants: [
    nginx("cached"),
    ...RUNTIMES.flatMap((runtime) => [raw(runtime), heddleStatic(runtime), heddleStaticApp(runtime), heddleHello(runtime)]),
    ...others,
  ],
  targets: [
    ...toNginx({ node: 0.85, bun: 0.85, deno: 0.85 }),
    ...ratios(HELLO, { node: 1.1, bun: 1.1, deno: 1.1 }),
    ...ratios(OWN, { bun: 0.5 }),
    ...ratios(SERVE_STATIC, { node: 0.35 }),
  ],
};

/** What a browser that has the file already is told. */
export const staticNotModified: Workload = {
  name: "static-304",
  shows: "A file of 1 KiB that the client has already: If-Modified-Since, and a 304.",
  figure: CPU_A_REQUEST,
  plan: plan("/1k.txt", "not_modified.lua"),
  contestants: [
    nginx("cached"),
    ...RUNTIMES.flatMap((runtime) => [raw(runtime), heddleStatic(runtime)]),
    otherStatic("bun", OWN, "bun"),
  ],
  targets: toNginx({ node: 0.85, bun: 0.85, deno: 0.85 }),
};

/** A picture, or a page's script. */
export const staticMedium: Workload = {
  name: "static-100k",
  shows: "A file of 100 KiB, asked for again and again.",
  figure: CPU_A_REQUEST,
  plan: plan("/100k.bin"),
  contestants: [nginx("cached"), ...RUNTIMES.flatMap((runtime) => [fileAlone(runtime, "100k.bin"), heddleStatic(runtime)]), ...others],
  targets: toNginx({ node: 1.4, bun: 1.2, deno: 1.4 }),
};

/** A download. */
export const staticLarge: Workload = {
  name: "static-10m",
  shows: "A file of 10 MiB, read while it is sent.",
  figure: CPU_A_REQUEST,
  plan: { ...plan("/10m.bin"), connections: 16 },
  contestants: [nginx("cached"), ...RUNTIMES.flatMap((runtime) => [fileAlone(runtime, "10m.bin"), heddleStatic(runtime)]), ...others],
  targets: toNginx({ node: 1.6, bun: 1, deno: 1.2 }),
};

/** Opening, again and again. */
export const staticMany: Workload = {
  name: "static-many",
  shows: "10,000 files of 4 KiB, one after another, with no cache: not heddle's, and no open_file_cache.",
  figure: CPU_A_REQUEST,
  plan: plan("/", "many_files.lua"),
  contestants: [
    nginx("uncached"),
    ...RUNTIMES.map((runtime) => heddleStatic(runtime, "--static-cache-bytes", "0")),
    otherStatic("bun", OWN, "bun"),
    otherStatic("node", SERVE_STATIC, "hono"),
  ],
  targets: toNginx({ node: 1.5, bun: 1.5, deno: 1.5 }),
};
