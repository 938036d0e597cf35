import type { ListenUnix } from "../contract/socket.ts";
import { formatAddress } from "./address.ts";
import { brokenError } from "./broken_error.ts";

/**
 * Gives the file of a Unix socket to the owner that was asked for, if any.
 *
 * @param chown The runtime's; null leaves that part as it is.
 * @throws {BrokenError} The process may not: only root gives files away, and others to the groups that they are in.
 */
export async function giveSocket(
  options: ListenUnix,
  chown: (path: string, uid: number | null, gid: number | null) => Promise<void>,
): Promise<void> {
  if (options.owner === undefined) return;
  const { uid = null, gid = null } = options.owner;
  try {
    await chown(options.path, uid, gid);
  } catch (error) {
    throw brokenError(`listen on ${formatAddress(options)}: ${nameOf(uid, gid)}`, error);
  }
}

function nameOf(uid: number | null, gid: number | null): string {
  const parts = [uid === null ? [] : [`user ${uid}`], gid === null ? [] : [`group ${gid}`]].flat();
  return `give it to ${parts.join(" and ")}`;
}
