import { selectPlatform } from "../../src/io/select.ts";
import { createIdentity } from "../support/certificate.ts";
import { RawClient } from "../support/raw_client.ts";
import { realTurn } from "./io/harness.ts";
import { tlsSuite } from "./io_suite.ts";

const { engine } = await selectPlatform();

tlsSuite({ engine, connectPeer: RawClient.connectTls, unixPath: () => null, turn: realTurn, tls: createIdentity() });
