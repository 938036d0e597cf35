import type { Address } from "../contract/socket.ts";
import { BrokenError, HeddleError } from "../errors.ts";
import { formatAddress } from "./address.ts";

/** What stood in the way, by the system's error code; Deno's errors carry the same codes as Node's and Bun's. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EADDRINUSE: "address in use",
  EADDRNOTAVAIL: "not an address of this machine",
  EAFNOSUPPORT: "address family not supported",
  ECONNABORTED: "connection aborted",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "reset by the peer",
  EHOSTUNREACH: "host unreachable",
  EINVAL: "invalid address",
  EMFILE: "no file descriptors left",
  ENAMETOOLONG: "path too long",
  ENETUNREACH: "network unreachable",
  ENFILE: "no file descriptors left",
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  ENOTFOUND: "unknown host name",
  ENOTSOCK: "not a socket",
  EBADF: "not an open descriptor",
  EAI_AGAIN: "name service does not answer",
  EPERM: "not permitted",
  EPIPE: "closed by the peer",
  ETIMEDOUT: "timed out",
};

/**
 * Translates a runtime's socket error, for every engine.
 *
 * @param attempt What was attempted, such as `listen on 127.0.0.1:80`.
 * @param cause The runtime's error; kept as `cause`.
 */
export function brokenError(attempt: string, cause: unknown): BrokenError {
  return new BrokenError(`${attempt}: ${reason(cause)}`, { cause });
}

/** Why a listener could not be had: an error of heddle's own as it is, a runtime's translated. */
export function listenError(address: Address, error: unknown): HeddleError {
  return error instanceof HeddleError ? error : brokenError(`listen on ${formatAddress(address)}`, error);
}

/** The system's error code, such as `ECONNRESET`, or null. */
export function errorCode(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" ? code : null;
}

function reason(cause: unknown): string {
  const known = REASONS[errorCode(cause) ?? ""];
  if (known !== undefined) return known;
  return cause instanceof Error ? cause.message : String(cause);
}
