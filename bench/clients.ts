/**
 * `deno task clients`: curl, wrk, the fetch of each runtime, undici's Pool with pipelining, Python's http.client, a client
 * that sends FIN behind each request, and wrk through nginx and HAProxy, against heddle on each
 * runtime, 100,000 requests and more each, by
 * `tests/e2e/clients_test.ts`. Takes about half an hour; fails where one request did.
 */
import { runProcess } from "../scripts/run_process.ts";
import { RUNTIME_VERSIONS } from "../scripts/runtimes.ts";
import { readMachine } from "./machine.ts";

const RESULTS = new URL("results/clients.json", import.meta.url);

const figures = await Deno.makeTempFile({ prefix: "heddle-clients-" });
Deno.env.set("HEDDLE_TEST_FULL", "1");
Deno.env.set("HEDDLE_CLIENT_FIGURES", figures);
// Read when it is imported: how long a test may take.
const { runTests } = await import("../scripts/test.ts");
const { failed } = await runTests({ filters: ["tests/e2e/clients_test.ts"], noSkips: true });
const rows = (await Deno.readTextFile(figures)).split("\n").slice(0, -1).map((line) => JSON.parse(line));
await Deno.remove(figures);

console.table(rows);
const report = {
  date: new Date().toISOString().slice(0, 10),
  workload:
    "hello with the request's number; fetch, wrk and undici on 16 keep-alive connections, curl on 2, http.client on one, half-close on one each",
  machine: await readMachine(),
  versions: { ...RUNTIME_VERSIONS, curl: await versionOf("curl"), wrk: await versionOf("wrk") },
  rows,
};
await Deno.writeTextFile(RESULTS, `${JSON.stringify(report, null, 2)}\n`);
Deno.exit(failed === 0 ? 0 : 1);

/** wrk ends with 1 after telling its version. */
async function versionOf(program: string): Promise<string> {
  return (await runProcess(program, ["--version"])).stdout.split(" ")[1] ?? "unknown";
}
