import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

/** What looks at a path or reads; a descriptor is closed and copied without a look at any file. */
const CALLS = "%file,fstat,read,readv,pread64,preadv,preadv2,ioctl,fadvise64,flock,lseek,mmap,sendfile,getdents64";

/** Why no calls can be counted; null where they can. */
export function whyNoTrace(): string | null {
  const { error, status } = spawnSync("strace", ["-o", "/dev/null", "true"], { timeout: 10_000 });
  if (error !== undefined) return "strace is not installed";
  return status === 0 ? null : "ptrace is not allowed here";
}

/** What a process asks of the system below a folder. */
export class TracedCalls {
  readonly #folder = mkdtempSync(join(tmpdir(), "heddle-trace-"));
  readonly #file = join(this.#folder, "trace");
  readonly #root: string;

  /** @param root Absolute, without links. */
  constructor(root: string) {
    this.#root = root;
    after(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** What goes before a command: it stays the process that was started, and strace is its child's child. */
  get runner(): readonly string[] {
    return ["strace", "-D", "-f", "-qq", "-y", "-e", `trace=${CALLS}`, "-e", "signal=none", "-o", this.#file];
  }

  /**
   * Counts what was asked for between two looks at names that are not there.
   *
   * @param path The file's below the root.
   * @returns By what POSIX calls it; null while `to` was not looked for.
   */
  between(from: string, to: string, path: string): Readonly<Record<string, number>> | null {
    const lines = readFileSync(this.#file, "utf8").split("\n");
    const first = lines.findLastIndex((line) => line.includes(`${this.#root}/${from}`));
    const last = lines.findIndex((line) => line.includes(`${this.#root}/${to}`));
    return last === -1 ? null : countCalls(lines.slice(first + 1, last), this.#root, `${this.#root}/${path}`);
  }
}

function countCalls(lines: readonly string[], root: string, file: string): Record<string, number> {
  const counts: Record<string, number> = {};
  const count = (name: string) => counts[name] = (counts[name] ?? 0) + 1;
  let followed = 0;
  for (const line of lines) {
    // A thread that another one has interrupted: its call was counted where it began.
    if (line.includes(" resumed>")) continue;
    const name = /^\d+ +(\w+)\(/.exec(line)?.[1] ?? "";
    const isOfDescriptor = line.includes('("/proc/self/fd/');
    if (!isOfDescriptor && !line.includes(root)) continue;
    // Bun's realpath: a descriptor that nothing can be read by, and where it leads.
    if (line.includes("O_PATH")) followed++;
    else if (name === "openat") count("open");
    else if (name === "readlink" && isOfDescriptor) count("where the descriptor is");
    // The others': each folder on the way, and at the end the file.
    else if (name === "readlink") {
      if (line.includes(`"${file}"`)) count("realpath");
    } else if (name === "fstat" || (name === "statx" && !line.includes("AT_FDCWD"))) count("fstat");
    else if (/^(?:statx|lstat|stat|newfstatat)$/.test(name)) count("stat");
    else if (/^p?readv?(?:2|64)?$/.test(name)) count("read");
    else count(name);
  }
  for (; followed > 0; followed--) {
    count("realpath");
    counts["where the descriptor is"]!--;
  }
  return counts;
}
