import { ConfigError } from "../errors.ts";
import type { Unit } from "./option.ts";
import { LONGEST_MS } from "../time_limit.ts";
import { duration } from "./units.ts";

const DEADLINE = duration("s", LONGEST_MS);

/** Paths, and the deadline of their requests in milliseconds. */
export const HARAKIRI_ROUTE: Unit<{ readonly glob: string; readonly ms: number }> = {
  placeholder: "ROUTE",
  spelling: "a pattern of paths, =, and seconds, or with a unit: /reports/*=5m, /live=0",
  parse(text) {
    const equals = text.lastIndexOf("=");
    if (equals < 1 || !/^[/*?]/.test(text)) {
      throw new ConfigError(null, "not GLOB=SECONDS, such as /reports/*=300, whose pattern begins with /, * or ?");
    }
    return { glob: text.slice(0, equals), ms: DEADLINE.parse(text.slice(equals + 1)) };
  },
};
