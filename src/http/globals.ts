import { LazyRequest } from "./lazy_request.ts";
import { LightResponse } from "./light_response.ts";
import { natives } from "./natives.ts";

/**
 * Puts classes in `globalThis` that know heddle's objects: a light `Response`; a `Request` that takes a server's request as its input, and
 * else is the native one; a `fetch` that takes one too. `Headers` stays. Objects of the native classes are `instanceof` these and the other
 * way round.
 *
 * For a process that is the server's own, before the app loads: `serve()` never calls it. What asks for a native Response by its inner
 * state (`WebAssembly.compileStreaming`, Bun's `HTMLRewriter`) takes no light one: `nativeResponse` gives it what it takes.
 *
 * @returns The undo: it restores what was there.
 */
export function installLightGlobals(): () => void {
  const undo = [
    replace("Request", onTouch("Request", () => unwrapping(natives().Request))),
    replace("Response", { value: LightResponse, writable: true }),
    replace("fetch", { value: unwrappingFetch(globalThis.fetch), writable: true }),
  ];
  return () => undo.forEach((restore) => restore());
}

type Name = "Request" | "Response" | "fetch";

function replace(name: Name, descriptor: PropertyDescriptor): () => void {
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  Object.defineProperty(globalThis, name, { ...descriptor, enumerable: before?.enumerable ?? false, configurable: true });
  return () => {
    if (before !== undefined) Object.defineProperty(globalThis, name, before);
  };
}

/** A property that is made when it is first touched: few apps make a Request, and on Node that loads undici. */
function onTouch(name: Name, make: () => unknown): PropertyDescriptor {
  const keep = (value: unknown) => void replace(name, { value, writable: true });
  return {
    get(): unknown {
      const value = make();
      keep(value);
      return value;
    },
    set: keep,
  };
}

/** A Proxy, so that its prototype, its statics and classes derived from it are the native class's. */
function unwrapping(native: typeof Request): typeof Request {
  const proxy: typeof Request = new Proxy(native, {
    construct(target, args: unknown[], newTarget): Request {
      if (LazyRequest.is(args[0])) args[0] = usable(LazyRequest.native(args[0]), args[1]);
      return Reflect.construct(target, args, newTarget === proxy ? target : newTarget);
    },
  });
  return proxy;
}

/** Bun's own Request would take over a body that was used, and throw no sooner than it is read. */
function usable(request: Request, init: unknown): Request {
  const body = (init as RequestInit | null | undefined)?.body ?? null;
  if (body === null && request.bodyUsed) {
    throw new TypeError("make a request of another: its body was used already, or its stream is locked");
  }
  return request;
}

function unwrappingFetch(native: typeof fetch): typeof fetch {
  return new Proxy(native, {
    async apply(target, receiver: unknown, args: Parameters<typeof fetch>): Promise<Response> {
      if (LazyRequest.is(args[0])) args[0] = LazyRequest.native(args[0]);
      return await Reflect.apply(target, receiver, args);
    },
  });
}
