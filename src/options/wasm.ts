import { ConfigError } from "../errors.ts";
import type { Unit } from "./option.ts";
import { count } from "./units.ts";

/** Memory of a WebAssembly program, in MB of 1,048,576 bytes; 4096 is all that one can have. */
export const MEGABYTES: Unit<number> = { ...count(1, 4096), placeholder: "MB", spelling: "1 to 4096, in MB of 1,048,576 bytes" };

/** A folder as a program knows it, and the host's. */
export const WASM_DIR: Unit<{ readonly name: string; readonly path: string }> = {
  placeholder: "DIR",
  spelling: "GUEST=HOST: /data=./public",
  parse(text) {
    const equals = text.indexOf("=");
    const [name, path] = [text.slice(0, Math.max(equals, 0)), text.slice(equals + 1)];
    if (name === "" || path === "" || text.includes("\0")) {
      throw new ConfigError(null, "not GUEST=HOST, such as /data=./public: the program's name for the folder, and its path");
    }
    return { name, path };
  },
};
