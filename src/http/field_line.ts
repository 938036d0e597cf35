import type { Latin1 } from "../contract/socket.ts";
import { FIELD_VALUE, TOKEN } from "./grammar.ts";

/** A field line: name and value. */
export type Field = readonly [name: string, value: string];

/**
 * Writes a field line, of a name and a value that are valid: so no answer can be split, whatever an app puts in.
 *
 * @throws {TypeError} The name is not a token, or the value has a control or a character over 0xFF.
 */
export function fieldLine(name: string, value: string): Latin1 {
  if (!isFieldName(name)) throw new TypeError(`send an answer: ${JSON.stringify(name)} is not a field name`);
  if (!isFieldValue(value)) throw new TypeError(`send an answer: the value of field "${name}" has a character that is not valid in HTTP`);
  return name + ": " + value + "\r\n";
}

/** Whether `name` is a token (RFC 9110 section 5.6.2). */
export function isFieldName(name: string): boolean {
  for (let at = 0; at < name.length; at++) {
    // Past the table's end there is undefined.
    if (TOKEN[name.charCodeAt(at)] !== 1) return false;
  }
  return name.length > 0;
}

/** Whether `value` holds nothing but what a field value may (RFC 9110 section 5.5). */
export function isFieldValue(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    if (FIELD_VALUE[value.charCodeAt(at)] !== 1) return false;
  }
  return true;
}
