import type { RequestHead } from "../contract/head.ts";
import { ProtocolError } from "../errors.ts";
import { isAuthority } from "../http/authority.ts";
import type { HttpLimits } from "../http/limits.ts";

/** Of a field line besides name and value. */
const LINE_BYTES = 4;

/** As on our own sockets, whatever their case. */
const REFUSED_METHOD = /^(?:CONNECT|TRACE|TRACK)$/i;

/**
 * Holds a head that a loop engine has read to the limits of ours, and to what an app may rely on, which runtimes do not see to.
 *
 * @returns Why it is refused; null if it is not.
 */
export function checkLoopHead(head: RequestHead, limits: HttpLimits): ProtocolError | null {
  const { method, target, path, fields, authority } = head;
  if (target.length > limits.targetBytes) return new ProtocolError(414, `a target of more than ${limits.targetBytes} bytes`);
  if (REFUSED_METHOD.test(method)) return new ProtocolError(501, "a method that is not supported");
  // Behind the host it would make another one of that: `@other.example/`.
  if (!path.startsWith("/") && !(path === "*" && method === "OPTIONS")) {
    return new ProtocolError(400, "a target that is neither a path nor an http URL");
  }
  if (fields.count > limits.fields) return new ProtocolError(431, `more than ${limits.fields} fields`);
  let hosts = 0;
  for (let index = 0; index < fields.count; index++) {
    const name = fields.name(index);
    if (name.length === 4 && name.toLowerCase() === "host") hosts++;
    if (name.length + fields.value(index).length + LINE_BYTES <= limits.fieldBytes) continue;
    return new ProtocolError(431, `a field of more than ${limits.fieldBytes} bytes`);
  }
  if (head.bytes > limits.headBytes) return new ProtocolError(431, `a head of more than ${limits.headBytes} bytes`);
  if (hosts > 1) return new ProtocolError(400, "more than one host");
  // An app puts it into URLs.
  if (authority !== "" && !isAuthority(authority, 0, authority.length)) return new ProtocolError(400, "a host that is none");
  return null;
}
