/** Error numbers of WASI preview 1. */
export const ERRNO = {
  SUCCESS: 0,
  EACCES: 2,
  EBADF: 8,
  EILSEQ: 25,
  EINVAL: 28,
  EIO: 29,
  EISDIR: 31,
  ELOOP: 32,
  EMFILE: 33,
  ENAMETOOLONG: 37,
  ENOENT: 44,
  ENOTDIR: 54,
  ENOTSUP: 58,
  ENXIO: 60,
  EPERM: 63,
  EROFS: 69,
  ESPIPE: 70,
  ENOTCAPABLE: 76,
} as const;

const NUMBERS: Readonly<Record<string, number | undefined>> = ERRNO;

/** The number of an error whose `code` is POSIX's name of it; that of an I/O error for all others. */
export function errnoOf(error: unknown): number {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && Object.hasOwn(NUMBERS, code) ? NUMBERS[code]! : ERRNO.EIO;
}
