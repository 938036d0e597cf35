/**
 * How the native Request and `fetch` take one of ours, and where they cannot, how they say so. What each runtime's does with an object that
 * is `instanceof Request` and not its own:
 *
 * - Deno 2.9 and Node 20 keep a Request's state under symbols: ours answers to these (`poseAs`), and all works.
 * - Node 24 keeps private fields: ours is refused (`requestPrototype`).
 * - Bun 1.4 reads the standard members, and all works but for one thing: `new Request(ours, init)` forgets the method if `init` names none,
 *   and makes it GET. That is refused too (`refuseForgottenMethod`).
 */
import { UnsupportedError } from "../errors.ts";
import { natives } from "./natives.ts";

const WAY_OUT = "use new Request(request.url, request), or nativeRequest(request) of heddle, or run the app with light globals";

/** Whether the native Request keeps its state under symbols. */
function hasSymbols(native: Request): boolean {
  return Object.getOwnPropertySymbols(native).length > 0;
}

/**
 * What a Request of ours inherits from. On Node 24 `new Request(ours)` and `fetch(ours)` could only say "Cannot read private member
 * #state": there a link in the chain says what to do instead. It is asked by `instanceof` alone, which then takes about 3 us.
 *
 * @param native Any native Request.
 */
export function requestPrototype(native: Request): object {
  const { prototype } = natives().Request;
  if (hasSymbols(native) || methodSeen() !== "") return prototype;
  return new Proxy(prototype, {
    getPrototypeOf(): object {
      if (isAskedBy("node:internal/deps/undici")) {
        throw unsupported("this runtime takes none but its own");
      }
      return prototype;
    },
  });
}

/** The method that `new Request(ours, {})` has, if ours is a POST without a body; empty if it throws. */
function methodSeen(): string {
  const members = { url: "http://localhost/", method: "POST", headers: new (natives().Headers)(), body: null, signal: null };
  const rest = {
    redirect: "follow",
    mode: "cors",
    cache: "default",
    credentials: "same-origin",
    integrity: "",
    referrer: "",
    keepalive: false,
  };
  const probe: object = Object.create(natives().Request.prototype, Object.getOwnPropertyDescriptors({ ...members, ...rest }));
  try {
    return new (natives().Request)(probe as Request, {}).method;
  } catch {
    return "";
  }
}

/**
 * On Bun, makes `new Request(ours, init)` throw where it would forget the method, and `new Request(ours)` of another method than GET with
 * it: the two look the same. Bun's constructor reads `url` of its first argument, later `mode`, and nothing of `keepalive` between them.
 *
 * @param prototype Of our class, whose getters are there.
 * @param native Any native Request.
 */
export function refuseForgottenMethod(
  prototype: { readonly url: string; readonly keepalive: boolean; readonly mode: string; readonly method: string },
  native: Request,
): void {
  const method = hasSymbols(native) ? "" : methodSeen();
  if (method === "" || method === "POST") return;
  /** Whose `url` was read last. */
  let urlOf: object | null = null;
  override(prototype, "url", (request) => void (urlOf = request));
  override(prototype, "keepalive", () => void (urlOf = null));
  override(prototype, "mode", (request) => {
    if (urlOf === request && request.method !== "GET" && isAskedBy("at Request (unknown)")) {
      throw unsupported(`this runtime may take its method, ${request.method}, for GET`);
    }
  });
}

function override<T extends object>(prototype: T, name: keyof T, before: (request: T) => void): void {
  const get = Object.getOwnPropertyDescriptor(prototype, name)!.get!;
  Object.defineProperty(prototype, name, {
    configurable: true,
    get(this: T): unknown {
      before(this);
      return get.call(this);
    },
  });
}

function unsupported(reason: string): UnsupportedError {
  return new UnsupportedError(
    globalThis.navigator?.userAgent ?? "this runtime",
    `pass a server's request to the native Request or fetch: ${reason}; ${WAY_OUT}`,
  );
}

/** The error's name, this function, whoever asks it, the getter or trap, and two frames of who called that. */
const FRAMES = 6;

/** Whether native code reads: it asks as everybody does, and only the stack tells (seen: Node 24.21, Bun 1.4.5). */
function isAskedBy(frame: string): boolean {
  const { stack } = new Error();
  return typeof stack === "string" && stack.split("\n", FRAMES).some((line) => line.includes(frame));
}
