import { type Natives, natives, whenNatives } from "./natives.ts";

/** What a class of ours poses as. */
export interface Pose<T extends object> {
  /** An object of the native class, of any value. */
  readonly sample: object;
  /**
   * What ours inherit from.
   *
   * @default that of `sample`
   */
  readonly prototype?: object;
  /** What `object.constructor` is. */
  readonly named: unknown;
  /** Gives the native object that stands for one of ours. */
  readonly nativeOf: (object: T) => object;
}

/**
 * Makes the objects of a class `instanceof` a native one. Nothing of the native class runs for them: a native Request costs 1 to 4 us to
 * make, and its state could not be ours. So the class defines every member of the standard anew, for the native ones throw on its objects.
 * What else is there is asked of a native object: members that only one runtime has (Bun's `headers.toJSON()`), and those under symbols, by
 * which the native code of Deno and Node 20 reads a Request, a Response or Headers that it is given.
 *
 * Once for a class, before its first object. (Extending the native class would mean to call its constructor.)
 */
function poseAs<T extends object>(light: { readonly prototype: T }, pose: Pose<T>): void {
  const { sample, named, nativeOf } = pose;
  const native: object = Object.getPrototypeOf(sample);
  Object.setPrototypeOf(light.prototype, pose.prototype ?? native);
  Object.defineProperty(light.prototype, "constructor", { value: named, writable: true, configurable: true });
  for (const name of Object.getOwnPropertyNames(native)) forward(light.prototype, name, nativeOf);
  for (const symbol of Object.getOwnPropertySymbols(native)) {
    // Not what says what kind of object it is, such as Symbol.toStringTag: that is inherited.
    if (Object.getOwnPropertyDescriptor(native, symbol)?.get !== undefined) forward(light.prototype, symbol, nativeOf);
  }
  for (const symbol of Object.getOwnPropertySymbols(sample)) forward(light.prototype, symbol, nativeOf);
}

function forward<T extends object>(prototype: T, name: string | symbol, nativeOf: (object: T) => object): void {
  if (Object.hasOwn(prototype, name)) return;
  Object.defineProperty(prototype, name, {
    configurable: true,
    get(this: T): unknown {
      const native = nativeOf(this);
      const value: unknown = Reflect.get(native, name);
      return typeof value === "function" ? value.bind(native) : value;
    },
    set(this: T, value: unknown): void {
      Reflect.set(nativeOf(this), name, value);
    },
  });
}

/**
 * `poseAs`, once the native classes are there. Until then nothing in the process can tell, but for `constructor`: who asks for that loads
 * them.
 */
export function poseWhenLoaded<T extends object>(light: { readonly prototype: T }, pose: (natives: Natives) => Pose<T>): void {
  Object.defineProperty(light.prototype, "constructor", {
    configurable: true,
    get(): unknown {
      natives();
      return light.prototype.constructor;
    },
  });
  whenNatives((loaded) => poseAs(light, pose(loaded)));
}
