import type { SocketHandler } from "../contract/socket.ts";

/** Holds a handler's place until the acceptor, or whoever connected, has set its own. */
export const NO_HANDLER: SocketHandler = { data() {}, drain() {}, end() {}, close() {} };
