import { createMemoryEngine } from "../../src/io/memory.ts";
import { MemoryPeer } from "../support/memory_peer.ts";
import { ioSuite } from "./io_suite.ts";

const engine = createMemoryEngine();

ioSuite({
  engine,
  connectPeer: async (address) => new MemoryPeer(await engine.connect(address)),
  unixPath: () => null,
  turn() {
    try {
      engine.run();
    } catch (error) {
      setTimeout(() => {
        throw error;
      }, 0);
    }
    return new Promise((resolve) => setImmediate(resolve));
  },
});
