import type { FileSystem, OpenFile } from "../contract/file_system.ts";

/** What a path below a root led to. `denied`: the system does not let us read it. */
export type Opened = OpenFile | "absent" | "denied";

/** What the system says where there is no such file; a name that is too long, or a loop of links, is none either. */
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENAMETOOLONG", "EINVAL", "ENXIO", "ENODEV"]);

const DENIED: ReadonlySet<string> = new Set(["EACCES", "EPERM"]);

/**
 * Opens a file or directory, and only then looks whether it lies below the root, links followed: what was opened cannot be exchanged any more, so nobody
 * who may write below the root gets a file out that lies elsewhere by swapping a link between the look and the open.
 *
 * @param roots Real paths, of which it must lie below one: the root, and others that links may lead to (uWSGI `--static-safe`).
 * @param path As `resolvePath` gives it.
 * @throws What the system says, if it is neither: no descriptors left, a disk that fails.
 */
export async function openBelow(files: FileSystem, roots: readonly string[], path: string): Promise<Opened> {
  const asked = path === "" ? roots[0]! : `${roots[0] === "/" ? "" : roots[0]}/${path}`;
  let opened: OpenFile | null = null;
  try {
    opened = await files.open(asked);
    const real = await files.realPath(asked);
    const { inode, device, kind } = opened.facts;
    if (kind !== "other" && roots.some((root) => isBelow(real, root))) {
      const now = await files.facts(real);
      if (now.inode === inode && now.device === device) return opened;
    }
    await opened.close();
    return "absent";
  } catch (error) {
    await opened?.close();
    const code = (error as { readonly code?: unknown } | null)?.code;
    if (typeof code === "string" && ABSENT.has(code)) return "absent";
    if (typeof code === "string" && DENIED.has(code)) return "denied";
    throw error;
  }
}

/** The separator counts: `/srv/static_evil` is not below `/srv/static`. */
function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root === "/" ? root : `${root}/`);
}
