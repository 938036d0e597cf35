/**
 * What Hono apps need of their server: `heddle/hono`.
 *
 * @module
 */
import type { GetConnInfo } from "hono/conninfo";
import type { RequestContext } from "../contract/app.ts";

/**
 * Hono's `getConnInfo`: the client's address and port; a Unix socket's client has neither.
 *
 * @example
 * ```ts
 * import { Hono } from "hono";
 * import { getConnInfo } from "heddle/hono";
 *
 * export default new Hono().get("/", (c) => c.text(`you are ${getConnInfo(c).remote.address}`));
 * ```
 * @throws {TypeError} The app is not served by heddle.
 */
export const getConnInfo: GetConnInfo = (c) => {
  const remote = (c.executionCtx as Partial<RequestContext>).remote;
  if (remote === undefined) throw new TypeError("tell a client's address: this request was not served by heddle");
  if (remote.transport === "unix") return { remote: {} };
  const { hostname, port } = remote;
  return { remote: { address: hostname, port, transport: "tcp", addressType: hostname.includes(":") ? "IPv6" : "IPv4" } };
};
