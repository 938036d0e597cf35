import type { ServeOptions } from "../mod.ts";

/** The options of a fault's server that are not the defaults; they go to it as JSON. */
export type ServerSettings = Pick<
  ServeOptions,
  "async" | "static" | "queue" | "queueTimeoutMs" | "shed" | "limitPostBytes" | "postBufferingBytes" | "timeouts"
>;
