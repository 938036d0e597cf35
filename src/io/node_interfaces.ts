import { networkInterfaces } from "node:os";
import type { RuntimeGlobals } from "./runtime_types.ts";

/** More than that nobody reads; a machine with containers has a bridge for each network of theirs. */
const MOST = 8;

/** @returns The addresses of this machine that others may reach it by, IPv4 first, 8 at most; none where Deno may not tell (`--allow-sys`). */
export function ownAddresses({ Deno }: RuntimeGlobals): readonly string[] {
  // To ask for a permission that was not given would stop the process with a question.
  if (Deno !== undefined && Deno.permissions.querySync({ name: "sys", kind: "networkInterfaces" }).state !== "granted") return [];
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).filter(({ internal }) => !internal);
  // A link-local one says nothing without its zone, which no browser's URL can have (RFC 4291 section 2.5.6).
  const ipv6 = all.filter(({ family, address }) => family === "IPv6" && !/^fe[89ab]/i.test(address));
  return [...all.filter(({ family }) => family === "IPv4"), ...ipv6].slice(0, MOST).map(({ address }) => address);
}
