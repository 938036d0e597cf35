/** What a static file costs in calls of the system, as strace counts them. */
import assert from "node:assert/strict";
import { realpathSync } from "node:fs";
import process from "node:process";
import { CliProcess } from "../support/cli_process.ts";
import { leastPermissions } from "../support/least_permissions.ts";
import { runtimeName } from "../support/runtime.ts";
import { until } from "../support/served.ts";
import { createSite } from "../support/static_site.ts";
import { testUnless } from "../support/test_unless.ts";
import { TracedCalls, whyNoTrace } from "../support/traced_calls.ts";

const SITE = realpathSync(createSite({ "css/a.css": "a { }", "css/index.html": "index", "css/large.bin": new Uint8Array(300_000) }));

/** Of a file that nobody has asked for: it is followed, opened, and looked at; it has to lie in the folder; it is read. */
const COLD = { realpath: 1, open: 1, fstat: 1, "where the descriptor is": 1, read: 1 };

/** Deno looks at a path once more by itself, and tells nobody where a descriptor is who may not do everything: the path is asked five times in its place. */
const COLD_ON_DENO = { realpath: 7, open: 1, fstat: 1, stat: 5, read: 1 };

interface Traced {
  /** What the answer to a request took of the system, about one file below the folder. */
  callsOf(target: string, path: string): Promise<Readonly<Record<string, number>>>;
}

async function withTraced(denoFlags: readonly string[] | null, use: (traced: Traced) => Promise<void>): Promise<void> {
  const calls = new TracedCalls(SITE);
  const args = ["static", SITE, "--port", "0", "--quiet", "--static-cache-ttl", "10m"];
  const deno = runtimeName() === "deno" ? ["run", "--no-prompt", ...denoFlags ?? leastPermissions(args, {}, process.cwd())] : [];
  const cli = new CliProcess(args, { runner: [...calls.runner, process.execPath, ...deno] });
  let asked = 0;
  try {
    const url = await cli.listening();
    const get = async (target: string) => {
      const answer = await fetch(url + target);
      await answer.arrayBuffer();
      return answer.status;
    };
    await use({
      async callsOf(target, path) {
        const [from, to] = [`before-${++asked}`, `behind-${asked}`];
        assert.equal(await get(`/${from}`), 404);
        assert.equal(await get(target), 200);
        assert.equal(await get(`/${to}`), 404);
        // Strace writes it down soon after.
        await until(() => calls.between(from, to, path) !== null);
        return calls.between(from, to, path)!;
      },
    });
  } finally {
    cli.kill("SIGKILL");
    await cli.exit;
  }
}

async function assertCalls(traced: Traced, cold: Readonly<Record<string, number>>): Promise<void> {
  assert.deepEqual(await traced.callsOf("/css/a.css", "css/a.css"), cold);
  for (let count = 0; count < 3; count++) assert.deepEqual(await traced.callsOf("/css/a.css", "css/a.css"), {});
  assert.deepEqual(await traced.callsOf("/css/", "css/index.html"), cold);
  assert.deepEqual(await traced.callsOf("/css/", "css/index.html"), {});
  // One that is sent while it is read: two reads.
  const large = { ...cold, read: 2 };
  for (let count = 0; count < 2; count++) assert.deepEqual(await traced.callsOf("/css/large.bin", "css/large.bin"), large);
}

testUnless(whyNoTrace(), "heddle static follows, opens, looks at and reads a file once, and one in memory not at all", async () => {
  await withTraced(["-A"], (traced) => assertCalls(traced, COLD));
}, 120_000);

if (runtimeName() === "deno") {
  const name = "heddle static with Deno's least permissions asks a cold file's path five times more, and nothing of one in memory";
  testUnless(whyNoTrace(), name, async () => await withTraced(null, (traced) => assertCalls(traced, COLD_ON_DENO)), 120_000);
}
