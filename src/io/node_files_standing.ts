import {
  closeSync,
  type Dirent,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
} from "node:fs";
import type { HostFolder } from "../contract/files.ts";
import { type FileCalls, NodeFolder, statNow } from "./node_files.ts";

/** By standing still. */
const STANDING: FileCalls = {
  realpath: (path) => realpathSync.native(path),
  lstat: (path) => statNow(() => lstatSync(path, { bigint: true })),
  readlink: (path) => readlinkSync(path),
  readdir: (path, most) => most === undefined ? readdirSync(path, { withFileTypes: true }) : readSome(path, most),
  open(path, flags) {
    const fd = openSync(path, flags);
    return {
      fd,
      stat: () => statNow(() => fstatSync(fd, { bigint: true })),
      read: (into, offset, length, position) => readSync(fd, into, offset, length, position),
      close: () => closeSync(fd),
    };
  },
};

/**
 * As `openNodeFolder`, for a thread that nobody else has: each call stands still, gives a value and throws.
 *
 * @throws What the system says: it is not there, or no folder.
 */
export function openStandingFolder(path: string): HostFolder {
  const root = realpathSync.native(path);
  opendirSync(root).closeSync();
  return new NodeFolder([root], STANDING);
}

function readSome(path: string, most: number): Dirent[] {
  const folder = opendirSync(path);
  const entries: Dirent[] = [];
  try {
    for (let entry = folder.readSync(); entry !== null && entries.length < most; entry = folder.readSync()) entries.push(entry);
  } finally {
    folder.closeSync();
  }
  return entries;
}
