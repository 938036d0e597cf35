import type { Env } from "../contract/app.ts";

/** Where environment variables come from. */
export interface EnvSource {
  /** A variable's value, or undefined where it is not set or may not be read. */
  get(name: string): string | undefined;
  /** The names that may be read. */
  names(): string[];
}

/**
 * The view of the environment that apps get: each variable is read when it is touched, and none can be written. A variable that
 * may not be read (Deno without `--allow-env=NAME`) is undefined: an app that looks for optional ones runs with the exact permissions.
 */
export function createEnv(source: EnvSource): Env {
  const read = (key: string | symbol) => typeof key === "string" ? source.get(key) : undefined;
  const refuse = () => false;
  return new Proxy<Record<string, string | undefined>>(Object.create(null), {
    get: (_target, key) => read(key),
    has: (_target, key) => read(key) !== undefined,
    ownKeys: () => source.names(),
    getOwnPropertyDescriptor(_target, key) {
      const value = read(key);
      return value === undefined ? undefined : { value, enumerable: true, configurable: true, writable: false };
    },
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    preventExtensions: refuse,
    setPrototypeOf: refuse,
  });
}
