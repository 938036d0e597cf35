/** Whether a connection's first bytes are plain HTTP: its methods begin with a capital letter, and a handshake with 22 (RFC 8446 section 5.1). */
export function speaksPlain(first: Uint8Array): boolean {
  return first[0]! >= 0x41 && first[0]! <= 0x5a;
}

/** What is agreed to by ALPN (RFC 7301), the best first. */
export const ALPN_PROTOCOLS = ["http/1.1", "http/1.0"];
