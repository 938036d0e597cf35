import type { Fault } from "../fault.ts";
import { asleep } from "./asleep.ts";
import { nonReaders } from "./non_readers.ts";
import { overload } from "./overload.ts";
import { resets } from "./resets.ts";
import { slowDownloads } from "./slow_downloads.ts";
import { slowHeads } from "./slow_heads.ts";
import { slowPeer } from "./slow_peer.ts";
import { slowUploads } from "./slow_uploads.ts";
import { unreadUpload } from "./unread_upload.ts";

/** Those that the tests cannot afford at their full size. */
export const FAULTS: readonly Fault[] = [
  slowHeads,
  nonReaders,
  unreadUpload,
  resets,
  slowUploads,
  overload,
  slowPeer,
  slowDownloads,
  asleep,
];
