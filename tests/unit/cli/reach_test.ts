import assert from "node:assert/strict";
import { test } from "node:test";
import { reachOf } from "../../../src/cli/reach.ts";
import type { ListenOptions } from "../../../src/contract/socket.ts";

test("reachOf() tells for every interface the addresses of its family by which others reach it, and else the URL alone", async () => {
  const addresses = ["192.0.2.7", "10.0.0.3", "2001:db8::7"];
  const told = async (listener: ListenOptions, url = "http://127.0.0.1:8080/") =>
    await reachOf(url, listener, () => Promise.resolve(addresses));
  assert.deepEqual(await told({ transport: "tcp", hostname: "127.0.0.1", port: 8080 }), ["listening on http://127.0.0.1:8080/"]);
  assert.deepEqual(await told({ transport: "unix", path: "/run/a.sock" }, "unix:/run/a.sock"), ["listening on unix:/run/a.sock"]);
  assert.deepEqual(await told({ transport: "tcp", hostname: "0.0.0.0", port: 0 }), [
    "listening on http://127.0.0.1:8080/ (every interface)",
    "on the network: http://192.0.2.7:8080/",
    "on the network: http://10.0.0.3:8080/",
  ]);
  assert.deepEqual(await told({ transport: "tcp", hostname: "::", port: 0 }, "https://[::1]:8443/"), [
    "listening on https://[::1]:8443/ (every interface)",
    "on the network: https://192.0.2.7:8443/",
    "on the network: https://10.0.0.3:8443/",
    "on the network: https://[2001:db8::7]:8443/",
  ]);
});

test("reachOf() tells the URL where this machine's addresses cannot be listed", async () => {
  const failing = () => Promise.reject(new Error("uv_interface_addresses returned Unknown system error 13"));
  assert.deepEqual(await reachOf("http://127.0.0.1:8080/", { transport: "tcp", hostname: "0.0.0.0", port: 0 }, failing), [
    "listening on http://127.0.0.1:8080/ (every interface)",
  ]);
});
