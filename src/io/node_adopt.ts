import net from "node:net";
import type { DescriptorSide, Socket } from "../contract/socket.ts";
import { UNNAMED } from "./address.ts";
import { brokenError } from "./broken_error.ts";
import { NodeReader } from "./node_reader.ts";
import { NodeSocket } from "./node_socket.ts";

/**
 * Takes an inherited pipe or stream socket over, for Node and Deno.
 *
 * @throws {BrokenError} It is no open descriptor of either.
 */
export function adoptByNode(fd: number, side: DescriptorSide): Socket {
  const reader = new NodeReader();
  let native: net.Socket;
  try {
    const ways = { readable: side !== "write", writable: side !== "read", allowHalfOpen: true };
    native = new net.Socket({ fd, ...ways, ...reader.options });
  } catch (error) {
    throw brokenError(`adopt descriptor ${fd}`, error);
  }
  native.pause();
  return reader.attach(native, new NodeSocket(native, UNNAMED, UNNAMED));
}
