/** What can stand in a ClientHello. */
export interface HelloParts {
  /** @default none */
  readonly session?: readonly number[];
  /** A type and its data each. Null: none, and no length of them either. @default none */
  readonly extensions?: readonly (readonly [type: number, data: readonly number[]])[] | null;
}

/** A number in two bytes. */
export function two(number: number): number[] {
  return [number >> 8, number & 0xff];
}

/** Bytes behind their length, which has two. */
export function vector(bytes: readonly number[]): number[] {
  return [...two(bytes.length), ...bytes];
}

/** A `server_name` extension with these names, each of a kind. */
export function serverName(...names: readonly (readonly [kind: number, name: string])[]): readonly [number, readonly number[]] {
  return [0, vector(names.flatMap(([kind, name]) => [kind, ...vector(Array.from(name, (unit) => unit.charCodeAt(0)))]))];
}

/** A ClientHello as a handshake message (RFC 8446 section 4.1.2). */
export function clientHello({ session = [], extensions = [] }: HelloParts): number[] {
  const body = [3, 3, ...Array<number>(32).fill(7), session.length, ...session, ...vector([0x13, 0x01, 0x13, 0x02]), 1, 0];
  if (extensions !== null) body.push(...vector(extensions.flatMap(([type, data]) => [...two(type), ...vector(data)])));
  return [1, 0, ...vector(body)];
}

/** A message in records. @param sizes Of each one's fragment, bytes; the last one holds for the rest. */
export function inRecords(message: readonly number[], ...sizes: readonly number[]): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0, record = 0; at < message.length; record++) {
    const fragment = message.slice(at, at + (sizes[record] ?? sizes.at(-1) ?? 16_384));
    bytes.push(22, 3, 1, ...vector(fragment));
    at += fragment.length;
  }
  return Uint8Array.from(bytes);
}
