import { process } from "./node_process.ts";

/**
 * Has rejections of one kind ended nothing where nobody handles them; of any other the runtime does what it did before, which is to end the process, on Bun
 * (1.4) once nothing is left to do, unless somebody listens.
 */
export function ignoreRejections(isIgnored: (reason: unknown) => boolean): void {
  process.on("unhandledRejection", (reason) => {
    if (!isIgnored(reason) && process.listenerCount("unhandledRejection") === 1) throw reason;
  });
}
