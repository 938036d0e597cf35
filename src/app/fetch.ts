import type { CoreContext } from "../contract/engine.ts";
import { isThenable } from "./thenable.ts";

/**
 * Calls a fetch app and hands what it gives to the reply. A handler that returns its Response is never awaited: that would cost
 * a turn of the microtask queue and two allocations a request.
 *
 * @param request A request whose app is a fetch app, inside of its core (`enterCore`).
 */
export function callFetch(request: CoreContext): void {
  const { app, reply } = request;
  if (app.kind !== "fetch") throw new TypeError(`call a fetch app: this is a ${app.kind} app`);
  let result: Response | Promise<Response>;
  try {
    result = app.fetch(request.request, request.env, request.context);
  } catch (error) {
    reply.fail(error);
    return;
  }
  if (isThenable(result)) settle(result, request);
  else reply.respond(result);
}

function settle(promise: PromiseLike<Response>, request: CoreContext): void {
  promise.then((response) => request.reply.respond(response), (error: unknown) => request.reply.fail(error));
}
