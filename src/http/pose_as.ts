/**
 * Makes the objects of `light` `instanceof` the native class, and has them name it as their `constructor`. Nothing of the native class runs for them: a native
 * Request costs 1 to 4 us to make, and its state could not be ours. So `light` defines every member anew, for the native ones throw on its objects.
 *
 * Set once, before the first object is made: a class that extends a native one would have to call its constructor.
 *
 * @param prototype Of the native class, or an object that inherits from it.
 * @param constructor What `object.constructor` is.
 */
export function poseAs(light: { readonly prototype: object }, prototype: object, constructor: unknown): void {
  Object.setPrototypeOf(light.prototype, prototype);
  Object.defineProperty(light.prototype, "constructor", { value: constructor, writable: true, configurable: true });
}
