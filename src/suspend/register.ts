import type { CoreTask } from "../contract/engine.ts";
import type { ReadTarget, WriteTarget } from "../contract/waiting.ts";
import { UnsupportedError } from "../errors.ts";
import { runtimeDisplayName } from "../io/runtime.ts";
import { checkTimeout } from "../time_limit.ts";

/**
 * Registers that a task's next `suspend`, or yield, waits until a target may be read.
 *
 * @param call Whose error it would be.
 * @param target As the app gave it.
 * @throws {UnsupportedError} The target is a number.
 * @throws {TypeError} It cannot be waited for.
 * @throws {RangeError} The time is out of bounds.
 */
export function registerRead(task: CoreTask, call: string, target: ReadTarget, timeoutMs: number): void {
  if (!isTarget(target, "watchRead")) throw notATarget(call, target, ", or peekable(readable)");
  checkTimeout(`${call}()`, timeoutMs);
  task.engine.register(task, { side: "read", target, timeoutMs });
}

/** As `registerRead`, until a target may be written. */
export function registerWrite(task: CoreTask, call: string, target: WriteTarget, timeoutMs: number): void {
  if (!isTarget(target, "watchWrite")) throw notATarget(call, target, "");
  checkTimeout(`${call}()`, timeoutMs);
  task.engine.register(task, { side: "write", target, timeoutMs });
}

function isTarget(target: unknown, method: "watchRead" | "watchWrite"): boolean {
  if (typeof target !== "object" || target === null) return false;
  const methods = target as Record<string, unknown>;
  return typeof methods[method] === "function" && typeof methods.unwatch === "function";
}

function notATarget(call: string, target: unknown, others: string): Error {
  if (typeof target === "number") {
    const runtime = runtimeDisplayName();
    const message =
      `${call}(${target}): ${runtime} cannot watch a descriptor without reading it; wait for "await adoptFd(${target})" in its place`;
    return new UnsupportedError(runtime, message);
  }
  const what = target === null ? "null" : `a value of type ${typeof target}`;
  return new TypeError(`${call}(): the target is ${what} that cannot be waited for; give it a stream of connect() or adoptFd()${others}`);
}
