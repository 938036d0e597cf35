import { access, stat, unlink } from "node:fs/promises";
import net from "node:net";
import { dirname } from "node:path";
import { errorCode } from "./broken_error.ts";

/**
 * Binds a Unix socket, in the place of one on which nobody listens, as a process that was killed leaves it.
 *
 * @param bind Called once more when that one was removed.
 * @throws What `bind` throws: something else is at the path.
 */
export async function bindingUnix<Bound>(path: string, bind: () => Bound | Promise<Bound>): Promise<Bound> {
  try {
    return await bind();
  } catch (error) {
    await clearPath(path, error);
    return await bind();
  }
}

/**
 * Removes a socket file on which nobody listens.
 *
 * @throws What really stands in the way: the error of `bind`, unless libuv hid it.
 */
async function clearPath(path: string, error: unknown): Promise<void> {
  // libuv says EACCES where the folder is missing, for Windows' sake.
  if (errorCode(error) === "EACCES") await access(dirname(path));
  if (errorCode(error) !== "EADDRINUSE" || !(await isStale(path))) throw error;
  await unlink(path);
}

/** Whether the path is a socket on which nobody listens. */
async function isStale(path: string): Promise<boolean> {
  const isSocket = await stat(path).then((found) => found.isSocket(), () => false);
  if (!isSocket) return false;
  return new Promise((resolve) => {
    const probe = net.connect({ path });
    probe.once("connect", () => {
      probe.destroy();
      resolve(false);
    });
    probe.once("error", (error) => resolve(errorCode(error) === "ECONNREFUSED"));
  });
}
