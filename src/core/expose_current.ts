import type { RequestName } from "../contract/observer.ts";
import { currentCore } from "./current.ts";

const NAME = "heddle.currentRequest";

/** Comes to the request whose code a debugger has stopped in, as `RequestName`, or to null; once `exposeCurrentRequest` was called. */
export const CURRENT_REQUEST_EXPRESSION = `globalThis[Symbol.for(${JSON.stringify(NAME)})]()`;

/** Lets a debugger ask whose code runs: what AsyncLocalStorage has is asked for in the stopped frame's own context. */
export function exposeCurrentRequest(): void {
  Object.defineProperty(globalThis, Symbol.for(NAME), { value: currentRequest, configurable: true });
}

/** A copy, since what is asked for by name in a stopped thread may be a getter. */
function currentRequest(): RequestName | null {
  const name = currentCore()?.requestName ?? null;
  return name === null ? null : { method: name.method, target: name.target, core: name.core };
}
