/** What the soak's server and its clients agree on. */

/** Each of the server's timeouts. */
export const TIMEOUT_MS = 2000;

/** Of `/stream`. */
export const STREAM_BYTES = 1_048_576;

/** Of `/large`: more than the kernel takes without its client. */
export const LARGE_BYTES = 8_388_608;
