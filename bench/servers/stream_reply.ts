/** The head of the raw sockets' streamed answer. */
export const STREAM_HEAD = "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\n";

/** Ends a chunked body. */
export const STREAM_END = "0\r\n\r\n";

/** Chunks of a streamed answer: 1 MiB in all. */
export const STREAM_CHUNKS = 64;

/** 16 KiB in its chunked framing. */
export function framedChunk(): Uint8Array<ArrayBuffer> {
  const size = 16_384;
  const open = new TextEncoder().encode(`${size.toString(16)}\r\n`);
  const chunk = new Uint8Array(open.length + size + 2);
  chunk.set(open);
  chunk.set([13, 10], open.length + size);
  return chunk;
}
