import assert from "node:assert/strict";
import { test } from "node:test";
import { createAddressTest } from "../../../src/io/node_networks.ts";
import { NETWORK } from "../../../src/options/networks.ts";

async function matches(networks: readonly string[], hostname: string): Promise<boolean> {
  const isOne = await createAddressTest(networks.map((text) => NETWORK.parse(text)));
  return isOne(hostname === "unix" ? { transport: "unix", path: "" } : { transport: "tcp", hostname, port: 1 });
}

test("NETWORK names an address, a block, or whoever comes by a Unix socket", async () => {
  const cases: ReadonlyArray<readonly [networks: string[], within: string[], without: string[]]> = [
    [["127.0.0.1"], ["127.0.0.1"], ["127.0.0.2", "::1", "unix"]],
    [["10.0.0.0/8"], ["10.0.0.0", "10.255.255.255"], ["11.0.0.0", "9.255.255.255", "::ffff"]],
    [["10.1.2.3/8"], ["10.9.9.9"], ["11.1.2.3"]],
    [["0.0.0.0/0"], ["192.0.2.1", "0.0.0.0"], ["::1"]],
    [["::1"], ["::1", "0:0:0:0:0:0:0:1"], ["::2", "127.0.0.1"]],
    [["fd00::/8"], ["fd00::1", "fdff::1"], ["fe00::1", "fc00::1"]],
    [["::/0"], ["::1", "2001:db8::1"], ["127.0.0.1", "unix"]],
    [["unix"], ["unix"], ["127.0.0.1"]],
    [["fe80::/10"], ["fe80::1%eth0", "fe80::1"], ["fd00::1%eth0"]],
    [["127.0.0.1", "unix", "fd00::/8"], ["127.0.0.1", "unix", "fd00::1"], ["::1"]],
  ];
  for (const [networks, within, without] of cases) {
    for (const host of within) assert.equal(await matches(networks, host), true, `${host} in ${networks.join()}`);
    for (const host of without) assert.equal(await matches(networks, host), false, `${host} in ${networks.join()}`);
  }
});

test("NETWORK refuses what is none, and says what one looks like", () => {
  for (
    const text of [
      "",
      "/8",
      "10.0.0.0/",
      "10.0.0.0/33",
      "::/129",
      "localhost",
      "010.0.0.1",
      "10.0.0",
      "[::1]",
      "::1/x",
      "fe80::1%eth0",
      "*",
      "all",
      "10.0.0.0/-1",
    ]
  ) {
    assert.throws(() => NETWORK.parse(text), /such as 127\.0\.0\.1, 10\.0\.0\.0\/8, ::1 or unix/, text);
  }
});
