import type { LoopEngineName } from "../contract/loop.ts";
import type { TlsIdentity } from "../contract/socket.ts";
import { UnsupportedError } from "../errors.ts";
import { runtimeDisplayName } from "../io/runtime.ts";

/**
 * The one certificate of a loop engine's listener; null for plain HTTP.
 *
 * @throws {UnsupportedError} There are several.
 */
export function oneIdentity(loop: LoopEngineName, tls: readonly TlsIdentity[] | undefined): TlsIdentity | null {
  if (tls === undefined) return null;
  if (tls.length > 1) {
    throw new UnsupportedError(runtimeDisplayName(), `serve https with several certificates: ${loop} takes one here; leave --loop out`);
  }
  return tls[0]!;
}

/** `Listener.renew` where a runtime has no way to it. */
export function renewUnsupported(loop: LoopEngineName): Promise<never> {
  return Promise.reject(
    new UnsupportedError(runtimeDisplayName(), `renew a certificate: ${loop} keeps the one it began with; restart, or leave --loop out`),
  );
}
