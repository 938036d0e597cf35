import type { WasiCall } from "../../app/wasi_calls.ts";
import type { FileFacts, FileKind } from "../../contract/files.ts";
import { ERRNO, errnoOf } from "./errno.ts";
import { errnoOfHost } from "./errno_of_host.ts";
import type { Guest } from "./guest.ts";
import type { FolderDescriptor } from "./guest_files.ts";
import { joinGuestPath } from "./guest_path.ts";
import type { WasmFunction } from "./jspi.ts";
import { readFolder } from "./read_folder.ts";

/** WASI's numbers of what a descriptor may be; a pipe has none, and is no terminal by this one. */
const STREAM_TYPE = 6;
const FILE_TYPES: Readonly<Record<FileKind, number>> = { folder: 3, file: 4, other: 0 };

const FDSTAT_BYTES = 24;
const FILESTAT_BYTES = 64;

/** Rights to read, seek, tell, list and stat; a program that asks to write too hears at `path_open` that it may not, so that one is among them. */
const RIGHTS = [1, 2, 3, 5, 6, 7, 13, 14, 18, 21, 27].reduce((rights, bit) => rights | 1n << BigInt(bit), 0n);
const WRITE_RIGHTS = 1n << 6n;

/** Flags of `path_open`. */
const CREATE = 1;
const DIRECTORY = 2;
const EXCLUSIVE = 4;
const TRUNCATE = 8;

/** Bytes of one read of a file: what is read is copied. */
const READ_BYTES = 65_536;

/** The last byte's place that a number tells. */
const MOST_OFFSET = BigInt(Number.MAX_SAFE_INTEGER);

/** Reads of a file that a program has open. @param position Null for where it stands, which then moves. */
export function readFrom(
  guest: Guest,
  fd: number,
  vectors: readonly Uint8Array[],
  position: number | null,
  result: number,
): number | Promise<number> {
  const descriptor = guest.files.get(fd);
  if (descriptor === null) return ERRNO.EBADF;
  if (descriptor.kind === "folder") return ERRNO.EISDIR;
  const { memory } = guest;
  const [vector] = vectors;
  if (vector === undefined) {
    memory.setUint32(result, 0);
    return ERRNO.SUCCESS;
  }
  // A read of a program's own memory would go on, where it was stopped meanwhile.
  const buffer = new Uint8Array(Math.min(vector.length, READ_BYTES));
  return errnoOfHost(guest, descriptor.file.read(buffer, position ?? descriptor.position), (count) => {
    vector.set(buffer.subarray(0, count));
    if (position === null) descriptor.position += count;
    memory.setUint32(result, count);
    return ERRNO.SUCCESS;
  });
}

/** Descriptors and the files of `--wasm-dir`. */
export function fileCalls(guest: Guest): Partial<Record<WasiCall, WasmFunction>> {
  const { memory, files } = guest;

  function fileStat(at: number, facts: FileFacts): number {
    memory.bytes(at, FILESTAT_BYTES).fill(0);
    const { view } = memory;
    // Two files of one inode are one file to some programs.
    view.setBigUint64((at >>> 0) + 8, BigInt(facts.inode), true);
    view.setUint8((at >>> 0) + 16, FILE_TYPES[facts.kind]);
    view.setBigUint64((at >>> 0) + 24, 1n, true);
    view.setBigUint64((at >>> 0) + 32, BigInt(facts.size), true);
    for (const time of [40, 48, 56]) {
      view.setBigUint64((at >>> 0) + time, BigInt(Math.max(0, Math.round(facts.modifiedMs))) * 1_000_000n, true);
    }
    return ERRNO.SUCCESS;
  }

  /** Does something with a path in a folder that is open. */
  function at(fd: number, pointer: number, length: number, use: (folder: FolderDescriptor, path: string) => number | Promise<number>) {
    const descriptor = files.get(fd);
    if (descriptor === null) return ERRNO.EBADF;
    if (descriptor.kind !== "folder") return ERRNO.ENOTDIR;
    let path: string;
    try {
      path = joinGuestPath(descriptor.path, memory.bytes(pointer, length));
    } catch (error) {
      return errnoOf(error);
    }
    return use(descriptor, path);
  }

  async function open({ folder }: FolderDescriptor, path: string, wantsFolder: boolean, result: number): Promise<number> {
    return await errnoOfHost(guest, folder.stat(path), (facts) => facts.kind === "folder" ? ERRNO.EISDIR : ERRNO.SUCCESS).then((errno) => {
      if (errno === ERRNO.EISDIR) {
        memory.setUint32(result, files.add({ kind: "folder", folder, path, name: null, entries: null }));
        return ERRNO.SUCCESS;
      }
      if (errno !== ERRNO.SUCCESS || wantsFolder) return errno || ERRNO.ENOTDIR;
      const opened = folder.open(path);
      return errnoOfHost(guest, opened, (file) => {
        memory.setUint32(result, files.add({ kind: "file", file, facts: file.facts, position: 0 }));
        return ERRNO.SUCCESS;
      }).catch((error: unknown) => {
        opened.then((file) => file.close(), () => {});
        throw error;
      });
    });
  }

  function isOpen(fd: number): boolean {
    return (fd >= 0 && fd <= 2) || files.get(fd) !== null;
  }

  return {
    fd_close: (fd: number) => files.close(fd) || isOpen(fd) ? ERRNO.SUCCESS : ERRNO.EBADF,
    fd_fdstat_get(fd: number, into: number) {
      if (!isOpen(fd)) return ERRNO.EBADF;
      const kind = files.get(fd)?.kind;
      memory.bytes(into, FDSTAT_BYTES).fill(0);
      memory.view.setUint8(into >>> 0, kind === undefined ? STREAM_TYPE : FILE_TYPES[kind]);
      memory.setUint64((into >>> 0) + 8, RIGHTS);
      memory.setUint64((into >>> 0) + 16, RIGHTS);
      return ERRNO.SUCCESS;
    },
    fd_fdstat_set_flags: (fd: number) => isOpen(fd) ? ERRNO.SUCCESS : ERRNO.EBADF,
    fd_filestat_get(fd: number, into: number) {
      const descriptor = files.get(fd);
      if (descriptor?.kind === "file") return fileStat(into, descriptor.facts);
      if (!isOpen(fd)) return ERRNO.EBADF;
      fileStat(into, { kind: descriptor === null ? "other" : "folder", size: 0, modifiedMs: 0, changedMs: 0, inode: 0 });
      if (descriptor === null) memory.view.setUint8((into >>> 0) + 16, STREAM_TYPE);
      return ERRNO.SUCCESS;
    },
    fd_pread(fd: number, pointer: number, count: number, offset: bigint, result: number) {
      const vectors = memory.vectors(pointer, count);
      const isPlace = offset >= 0n && offset <= MOST_OFFSET;
      return vectors === null || !isPlace ? ERRNO.EINVAL : readFrom(guest, fd, vectors, Number(offset), result);
    },
    fd_prestat_get(fd: number, into: number) {
      const descriptor = files.get(fd);
      if (descriptor?.kind !== "folder" || descriptor.name === null) return ERRNO.EBADF;
      memory.setUint32(into, 0);
      memory.setUint32((into >>> 0) + 4, descriptor.name.length);
      return ERRNO.SUCCESS;
    },
    fd_prestat_dir_name(fd: number, into: number, length: number) {
      const descriptor = files.get(fd);
      if (descriptor?.kind !== "folder" || descriptor.name === null) return ERRNO.EBADF;
      if (length < descriptor.name.length) return ERRNO.ENAMETOOLONG;
      memory.bytes(into, descriptor.name.length).set(descriptor.name);
      return ERRNO.SUCCESS;
    },
    fd_readdir(fd: number, into: number, length: number, cookie: bigint, result: number) {
      const descriptor = files.get(fd);
      if (descriptor === null) return ERRNO.EBADF;
      if (descriptor.kind !== "folder") return ERRNO.ENOTDIR;
      if (cookie < 0n) return ERRNO.EINVAL;
      const tell = () => {
        memory.setUint32(result, readFolder(descriptor.entries!, Number(cookie), memory.bytes(into, length)));
        return ERRNO.SUCCESS;
      };
      if (cookie !== 0n && descriptor.entries !== null) return tell();
      return errnoOfHost(guest, descriptor.folder.list(descriptor.path), (entries) => {
        descriptor.entries = entries;
        return tell();
      });
    },
    fd_seek(fd: number, offset: bigint, whence: number, result: number) {
      const descriptor = files.get(fd);
      if (descriptor?.kind !== "file") return isOpen(fd) ? ERRNO.ESPIPE : ERRNO.EBADF;
      const from = [0, descriptor.position, descriptor.facts.size][whence];
      if (from === undefined) return ERRNO.EINVAL;
      const position = from + Number(offset);
      if (!(position >= 0 && position <= Number.MAX_SAFE_INTEGER)) return ERRNO.EINVAL;
      descriptor.position = position;
      memory.setUint64(result, BigInt(position));
      return ERRNO.SUCCESS;
    },
    fd_tell(fd: number, result: number) {
      const descriptor = files.get(fd);
      if (descriptor?.kind !== "file") return isOpen(fd) ? ERRNO.ESPIPE : ERRNO.EBADF;
      memory.setUint64(result, BigInt(descriptor.position));
      return ERRNO.SUCCESS;
    },
    path_filestat_get: (fd: number, _flags: number, pointer: number, length: number, into: number) =>
      at(fd, pointer, length, ({ folder }, path) => errnoOfHost(guest, folder.stat(path), (facts) => fileStat(into, facts))),
    path_open(
      fd: number,
      _lookup: number,
      pointer: number,
      length: number,
      flags: number,
      rights: bigint,
      _inheriting: bigint,
      _fdflags: number,
      result: number,
    ) {
      return at(fd, pointer, length, (folder, path) => {
        if ((flags & (CREATE | EXCLUSIVE | TRUNCATE)) !== 0 || ((rights & WRITE_RIGHTS) !== 0n)) return ERRNO.EROFS;
        if (!files.hasRoom) return ERRNO.EMFILE;
        return open(folder, path, (flags & DIRECTORY) !== 0, result);
      });
    },
  };
}
