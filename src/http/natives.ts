/** The runtime's own classes, whatever stands in their places by now. */
export interface Natives {
  readonly Request: typeof Request;
  readonly Response: typeof Response;
  readonly Headers: typeof Headers;
}

type Name = keyof Natives;

/**
 * As the runtime put them. On Node 20 they are getters, which load undici when they are asked: 45 ms of a start. On Node 24.21 a property
 * that fills itself when it is looked at, even so; a class put in its place would lose it for good, so there nothing can be put off.
 */
let originals: Readonly<Record<Name, PropertyDescriptor>> | null = null;

let loaded: Natives | null = null;
let deferred = false;
const waiting: ((natives: Natives) => void)[] = [];

/**
 * Puts the loading of the native classes off until something needs one. For a process in which light globals take their places
 * (`installLightGlobals`): an app could else come by a native class that our objects do not pose as yet. Call it before the modules of
 * `src/http` are imported.
 */
export function deferNatives(): void {
  deferred = true;
  originals ??= findOriginals();
}

function findOriginals(): Readonly<Record<Name, PropertyDescriptor>> {
  const find = (name: Name) => Object.getOwnPropertyDescriptor(globalThis, name)!;
  return { Request: find("Request"), Response: find("Response"), Headers: find("Headers") };
}

/** The native classes; loads them where they are not yet. */
export function natives(): Natives {
  return loaded ?? load();
}

function load(): Natives {
  loaded = { Request: classOf("Request"), Response: classOf("Response"), Headers: classOf("Headers") };
  for (const run of waiting.splice(0)) run(loaded);
  return loaded;
}

/** Node 20's getter puts its class into `globalThis`, where a light one may stand: that is put back (20.20). */
function classOf<N extends Name>(name: N): Natives[N] {
  originals ??= findOriginals();
  const { value, get } = originals[name];
  if (get === undefined) return value as Natives[N];
  const now = Object.getOwnPropertyDescriptor(globalThis, name);
  const native = get.call(globalThis) as Natives[N];
  if (now !== undefined) Object.defineProperty(globalThis, name, now);
  return native;
}

/** Runs `run` once the native classes are there: at once, or when they are first needed if that was put off. */
export function whenNatives(run: (natives: Natives) => void): void {
  if (deferred && loaded === null) waiting.push(run);
  else run(natives());
}
