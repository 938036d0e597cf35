import type { Address } from "../../src/contract/socket.ts";

/** Prints the line by which the bench finds a server. @param address Where it listens: TCP. */
export function announce(address: Address): void {
  if (address.transport !== "tcp") throw new TypeError("announce a server: the bench asks by TCP alone");
  console.log(`listening on http://127.0.0.1:${address.port}`);
}
