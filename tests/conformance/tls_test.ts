import { selectPlatform } from "../../src/io/select.ts";
import type { TlsIdentity } from "../../src/contract/socket.ts";
import { createIdentity } from "../support/certificate.ts";
import { RawClient } from "../support/raw_client.ts";
import { runtimeName } from "../support/runtime.ts";
import { type IoHarness, realTurn } from "./io/harness.ts";
import { handshakeSuite, tlsSuite } from "./io_suite.ts";

const { engine } = await selectPlatform();

function harness(tls: readonly TlsIdentity[]): IoHarness {
  return { engine, connectPeer: RawClient.connectTls, unixPath: () => null, turn: realTurn, tls };
}

tlsSuite(harness([createIdentity()]));

// On Deno they go another way up to the ClientHello, by HelloSocket.
if (runtimeName() === "deno") handshakeSuite(harness([createIdentity(), createIdentity("other", 30, "DNS:other.test")]));
