import { readFile } from "node:fs/promises";
import type { SocketOwner } from "../contract/socket.ts";
import { ConfigError } from "../errors.ts";
import type { OwnerNames } from "../options/owner.ts";

/**
 * The numbers of a user and a group that `--chown-socket` names, by the system's own files.
 *
 * @throws {ConfigError} There is none of that name, or the file cannot be read.
 */
export async function socketOwner({ user, group }: OwnerNames): Promise<SocketOwner> {
  const [uid, gid] = await Promise.all([idOf("user", user, "/etc/passwd"), idOf("group", group, "/etc/group")]);
  return { ...(uid !== null && { uid }), ...(gid !== null && { gid }) };
}

/** Both files have the name first and the number third (passwd(5), group(5)). */
async function idOf(kind: "user" | "group", name: string | null, path: string): Promise<number | null> {
  if (name === null) return null;
  if (/^\d+$/.test(name)) return Number(name);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError("--chown-socket", `--chown-socket: look up the ${kind} ${name}: ${why}; or give its number`, error);
  }
  const found = text.split("\n").map((line) => line.split(":")).find(([entry]) => entry === name);
  if (!/^\d+$/.test(found?.[2] ?? "")) {
    throw new ConfigError("--chown-socket", `--chown-socket: no ${kind} ${name} in ${path}; or give its number`);
  }
  return Number(found![2]);
}
