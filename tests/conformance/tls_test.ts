import { selectPlatform } from "../../src/io/select.ts";
import type { TlsIdentity } from "../../src/contract/socket.ts";
import { createIdentity } from "../support/certificate.ts";
import { RawClient } from "../support/raw_client.ts";
import { runtimeName } from "../support/runtime.ts";
import { realTurn } from "./io/harness.ts";
import { tlsSuite } from "./io_suite.ts";

const { engine } = await selectPlatform();

function suite(tls: readonly TlsIdentity[]): void {
  tlsSuite({ engine, connectPeer: RawClient.connectTls, unixPath: () => null, turn: realTurn, tls });
}

suite([createIdentity()]);

// On Deno they go another way, by HelloSocket.
if (runtimeName() === "deno") suite([createIdentity(), createIdentity("other", 30, "DNS:other.test")]);
