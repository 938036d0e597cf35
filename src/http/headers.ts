import type { Field, FieldList } from "../contract/head.ts";
import { appended, fieldName, fieldsOfHead, fieldValue, removed, replaced, valueOf, valuesInHead } from "./fields.ts";
import { INSPECT, type Inspect, inspectAs } from "./inspect.ts";
import { natives } from "./natives.ts";
import { poseWhenLoaded } from "./pose_as.ts";

/** structuredClone and postMessage would make an empty object of ours. They refuse one that holds a symbol, and JSON passes over it. */
const UNCLONEABLE = Symbol("Headers");

/** From this look-up on there is a map of all fields. It costs as much as 3 (Deno 2.9), 5 (Node 24) or 9 (Bun 1.4) look-ups in the head. */
const LOOKUPS = 6;

/**
 * Headers by the Fetch standard's rules, over a request's field lines or a list. `get` looks a field up in the head's bytes; the list is
 * made on first iteration or change. A request's are not immutable (guard "request", as on Node and Bun; Deno's server has "immutable"):
 * frameworks change them.
 */
export class LightHeaders {
  readonly uncloneable: symbol = UNCLONEABLE;
  readonly #lines: FieldList | null;
  readonly #immutable: boolean;
  /** A head's fields by name, once that pays. */
  #values: Map<string, string> | null = null;
  #lookups = 0;
  /** Never changed in place: others may hold it. */
  #fields: readonly Field[] | null;
  /** Once a native object stands for the same request it is the only store: two would drift apart. */
  #native: Headers | null = null;

  /**
   * @param lines A head's, or null.
   * @param fields Sorted and combined; null where they are made from `lines`.
   */
  constructor(lines: FieldList | null, fields: readonly Field[] | null, immutable: boolean) {
    this.#lines = lines;
    this.#fields = fields;
    this.#immutable = immutable;
  }

  /** Whether a value is one of these. */
  static is(value: unknown): value is LightHeaders {
    return typeof value === "object" && value !== null && #fields in value;
  }

  /** The fields of one, sorted and combined; not to be changed. */
  static fieldsOf(headers: LightHeaders): readonly Field[] {
    return headers.#native === null ? headers.#list() : [...headers.#native];
  }

  /** A native object with the same fields: a copy, unless one was adopted. */
  static native(headers: LightHeaders): Headers {
    return headers.#native ?? new (natives().Headers)([...headers]);
  }

  /** From here on `native` holds the fields, and `headers` hands every call on to it. */
  static adopt(headers: LightHeaders, native: Headers): void {
    headers.#native = native;
  }

  #list(): readonly Field[] {
    return this.#fields ??= this.#lines === null ? [] : fieldsOfHead(this.#lines);
  }

  #change(fields: readonly Field[]): void {
    if (this.#immutable) throw new TypeError("change headers: they are immutable");
    this.#fields = fields;
  }

  get(name: string): string | null {
    if (this.#native !== null) return this.#native.get(name);
    const lowerName = String(name).toLowerCase();
    const value = this.#fields === null && this.#lines !== null ? this.#inHead(this.#lines, lowerName) : valueOf(this.#list(), lowerName);
    if (value === null) fieldName(name);
    return value;
  }

  #inHead(lines: FieldList, lowerName: string): string | null {
    if (this.#values === null && ++this.#lookups < LOOKUPS) return lines.joined(lowerName);
    this.#values ??= valuesInHead(lines);
    return this.#values.get(lowerName) ?? null;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  getSetCookie(): string[] {
    if (this.#native !== null) return this.#native.getSetCookie();
    const cookies: string[] = [];
    for (const [name, value] of this.#list()) if (name === "set-cookie") cookies.push(value);
    return cookies;
  }

  append(name: string, value: string): void {
    const lowerName = fieldName(name);
    const text = fieldValue(value);
    if (this.#native !== null) this.#native.append(lowerName, text);
    else this.#change(appended(this.#list(), lowerName, text));
  }

  set(name: string, value: string): void {
    const lowerName = fieldName(name);
    const text = fieldValue(value);
    if (this.#native !== null) this.#native.set(lowerName, text);
    else this.#change(replaced(this.#list(), lowerName, text));
  }

  delete(name: string): void {
    const lowerName = fieldName(name);
    if (this.#native !== null) this.#native.delete(lowerName);
    else this.#change(removed(this.#list(), lowerName));
  }

  forEach(callback: (value: string, key: string, parent: LightHeaders) => void, thisArgument?: unknown): void {
    if (typeof callback !== "function") throw new TypeError("iterate over headers: the callback is no function");
    for (const [name, value] of this) callback.call(thisArgument, value, name, this);
  }

  /** By index over the list of the moment, so that a change in mid-iteration is seen, as the standard has it. */
  *#entries(): IterableIterator<[string, string]> {
    for (let index = 0;; index++) {
      const field = this.#list()[index];
      if (field === undefined) return;
      yield [field[0], field[1]];
    }
  }

  entries(): IterableIterator<[string, string]> {
    return this.#native === null ? this.#entries() : this.#native.entries();
  }

  *keys(): IterableIterator<string> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): IterableIterator<string> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return this.entries();
  }

  get [Symbol.toStringTag](): "Headers" {
    return "Headers";
  }

  /** What console.log prints. */
  [INSPECT](depth: number, options: object, inspect: Inspect): string {
    const members = Object.fromEntries([...this.keys()].map((name) => [name, this.get(name)]));
    return inspectAs("Headers", members, depth, options, inspect);
  }
}

poseWhenLoaded(LightHeaders, ({ Headers }) => ({ sample: new Headers(), named: Headers, nativeOf: LightHeaders.native }));
