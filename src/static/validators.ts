import type { FileFacts } from "../contract/files.ts";

/** What tells one version of a file from another (RFC 9110 section 8.8). */
export interface Validators {
  /** With its quotes. */
  readonly etag: string;
  /** Whole seconds since 1970, as `Last-Modified` has them. */
  readonly modified: number;
}

/**
 * Finds a file's validators. The tag is weak: it is made of size, time and inode, and a file that is written twice within the system's clock tick, with
 * the same length, has the same ones, while RFC 9110 section 8.8.1 wants a strong one to change with any byte. So `If-Range` and `If-Match`, which compare
 * strongly, never hold by it: who resumes a download by `If-Range` with a date can (section 13.1.5), once the file is older than a second.
 *
 * @param coding Of a precompressed file that stands for the one asked for, such as `br`: each has a tag of its own. @default none
 */
export function validatorsOf({ size, modifiedMs, inode }: FileFacts, coding: string | null = null): Validators {
  const tag = `${size.toString(36)}-${Math.floor(modifiedMs * 1000).toString(36)}-${inode.toString(36)}`;
  return { etag: `W/"${coding === null ? tag : `${tag}-${coding}`}"`, modified: Math.floor(modifiedMs / 1000) };
}
