import assert from "node:assert/strict";
import { test } from "node:test";
import { readWrk } from "../../../bench/wrk_output.ts";

/** As wrk 4.1.0 prints it. */
function output(median: string, slow: string, trouble = ""): string {
  return `Running 2s test @ http://127.0.0.1:41001/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.21ms    2.10ms  60.99ms   97.53%
    Req/Sec    58.50k     3.05k   64.12k    75.00%
  Latency Distribution
     50%  ${median}
     75%    1.11ms
     90%    1.55ms
     99%  ${slow}
  116488 requests in 2.00s, 17.11MB read
${trouble}Requests/sec:  58219.76
Transfer/sec:      8.55MB
`;
}

test("readWrk() reads requests, their rate and latencies in any unit", () => {
  assert.deepEqual(readWrk(output("  0.95ms", " 51.90ms")), {
    requests: 116_488,
    requestsPerSecond: 58_219.76,
    p50Micros: 950,
    p99Micros: 51_900,
  });
  const { p50Micros, p99Micros } = readWrk(output("553.00us", "  1.03s "))!;
  assert.deepEqual([p50Micros, p99Micros], [553, 1_030_000]);
  assert.equal(readWrk(output("553.00us", "  1.50m "))!.p99Micros, 90_000_000);
});

test("readWrk() takes no result in which something went wrong", () => {
  assert.equal(readWrk(output("1.00ms", "2.00ms", "  Socket errors: connect 0, read 3, write 0, timeout 0\n")), null);
  assert.equal(readWrk(output("1.00ms", "2.00ms", "  Non-2xx or 3xx responses: 7\n")), null);
  assert.equal(readWrk("unable to connect to 127.0.0.1:1 Connection refused\n"), null);
  assert.equal(readWrk(output("1.00ms", "2.00ms").replace("116488 requests", "0 requests")), null);
});
