import type { OpenFile, ReadOnlyFolder } from "../contract/files.ts";

/** Why there is no file to send: there is none, the system does not let us read it, or it is a folder. */
export type Missing = "absent" | "denied" | "folder";

/**
 * What says that there is no such file; a name that is too long, a loop of links, and what lies outside of the folder or is no regular file, is none
 * either.
 */
const ABSENT = ["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EINVAL", "ENXIO", "ENODEV", "ENOTCAPABLE"] as const;

const REASONS: ReadonlyMap<unknown, Missing> = new Map<unknown, Missing>([
  ...ABSENT.map((code) => [code, "absent"] as const),
  ["EACCES", "denied"],
  ["EPERM", "denied"],
  ["EISDIR", "folder"],
]);

/**
 * Opens a file.
 *
 * @param path As `resolvePath` gives it.
 * @throws What the system says, if it is none of the reasons: no descriptors left, a disk that fails.
 */
export async function openFile(folder: ReadOnlyFolder, path: string): Promise<OpenFile | Missing> {
  try {
    return await folder.open(path);
  } catch (error) {
    return reasonOf(error);
  }
}

/**
 * What an error of the file system's says of why there is nothing to send.
 *
 * @throws The error itself, if it is none of the reasons.
 */
export function reasonOf(error: unknown): Missing {
  const reason = REASONS.get((error as { readonly code?: unknown } | null)?.code);
  if (reason === undefined) throw error;
  return reason;
}
