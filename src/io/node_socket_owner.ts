import { chmod, lchown } from "node:fs/promises";
import type { ListenUnix } from "../contract/socket.ts";
import { formatAddress } from "./address.ts";
import { brokenError } from "./broken_error.ts";

/**
 * Gives the file of a Unix socket the mode, for where the umask could not be set, and the owner that were asked for, if any. Never gives away what a
 * link points to, which somebody may have put in its place; for that Deno has no call of its own, and `node:fs` is the way on all three runtimes.
 *
 * @throws {BrokenError} The process may not: only root gives files away, and others to the groups that they are in.
 */
export async function giveSocket(options: ListenUnix): Promise<void> {
  if (options.mode !== undefined) await chmod(options.path, options.mode);
  if (options.owner === undefined) return;
  const { uid, gid } = options.owner;
  try {
    // (uid_t) -1 leaves that part as it is (chown(2)).
    await lchown(options.path, uid ?? -1, gid ?? -1);
  } catch (error) {
    const parts = [...(uid === undefined ? [] : [`user ${uid}`]), ...(gid === undefined ? [] : [`group ${gid}`])];
    throw brokenError(`listen on ${formatAddress(options)}: give it to ${parts.join(" and ")}`, error);
  }
}
