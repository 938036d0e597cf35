import { createNodeEngine } from "../../src/io/node.ts";
import { RawClient } from "../support/raw_client.ts";
import { unixPath } from "../support/unix_path.ts";
import { realTurn } from "./io/harness.ts";
import { ioSuite } from "./io_suite.ts";

ioSuite({ engine: createNodeEngine(), connectPeer: RawClient.connect, unixPath, turn: realTurn });
