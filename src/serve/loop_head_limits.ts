import type { RequestHead } from "../contract/head.ts";
import { ProtocolError } from "../errors.ts";
import { isAuthority } from "../http/authority.ts";
import type { HttpLimits } from "../http/limits.ts";

/** Of a field line besides name and value. */
const LINE_BYTES = 4;

/** Holds a head that a loop engine has read to the limits of ours. @returns Why it is refused; null if it is not. */
export function checkLoopHead(head: RequestHead, limits: HttpLimits): ProtocolError | null {
  const { target, fields, authority } = head;
  if (target.length > limits.targetBytes) return new ProtocolError(414, `a target of more than ${limits.targetBytes} bytes`);
  if (fields.count > limits.fields) return new ProtocolError(431, `more than ${limits.fields} fields`);
  for (let index = 0; index < fields.count; index++) {
    if (fields.name(index).length + fields.value(index).length + LINE_BYTES <= limits.fieldBytes) continue;
    return new ProtocolError(431, `a field of more than ${limits.fieldBytes} bytes`);
  }
  if (head.bytes > limits.headBytes) return new ProtocolError(431, `a head of more than ${limits.headBytes} bytes`);
  // An app puts it into URLs.
  if (authority !== "" && !isAuthority(authority, 0, authority.length)) return new ProtocolError(400, "a host that is none");
  return null;
}
