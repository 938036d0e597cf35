import { selectPlatform } from "../../src/io/select.ts";
import { createIdentity } from "../support/certificate.ts";
import { RawClient } from "../support/raw_client.ts";
import { runtimeName } from "../support/runtime.ts";
import { type IoHarness, realTurn } from "./io/harness.ts";
import { tlsSuite } from "./io_suite.ts";

/** tests/e2e/tls_test.ts has a client of Python's for what these are about. */
const DENO_PEER: IoHarness["peerLacks"] = {
  reason: "the peer is Deno's node:tls (2.9), which takes all that comes while it is paused, and does not reset",
  cases: [
    "write() of one large chunk arrives whole at a slow reader",
    "unsent falls while one large chunk leaves",
    "drain() comes once after a write that returned false, when unsent is 0",
    "end() flushes what is unsent before FIN",
    "abort() drops what is unsent",
    "abort() after end() with bytes unsent, later, ends with one close()",
    "close() of what the peer does not take can be ended by abort()",
    "close() has a BrokenError when the peer resets before any data",
    "close() has a BrokenError when the peer resets with bytes unsent, paused",
  ],
};

const { engine } = await selectPlatform();
const harness: IoHarness = { engine, connectPeer: RawClient.connectTls, unixPath: () => null, turn: realTurn, tls: createIdentity() };

tlsSuite(runtimeName() === "deno" ? { ...harness, peerLacks: DENO_PEER } : harness);
