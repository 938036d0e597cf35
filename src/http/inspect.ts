/** What console.log calls on Node, Bun and Deno; it is no global of theirs, only a registered symbol. */
export const INSPECT: unique symbol = Symbol.for("nodejs.util.inspect.custom");

/** The runtime's formatter, as it hands itself to a method under `INSPECT`. */
export type Inspect = (value: unknown, options: object) => string;

/** `Name { member: value }`, or `[Name]` where the output is too deep. */
export function inspectAs(name: string, members: object, depth: number, options: object, inspect: Inspect): string {
  return depth < 0 ? `[${name}]` : `${name} ${inspect(members, options)}`;
}
